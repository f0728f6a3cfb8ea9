// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.worker;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.security.CodeSource;
import java.security.SecureClassLoader;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import procession.multiprocessing.internal.wire.Fetched;

/**
 * Has the classes of the class path, and behind them those that only the parent process has.
 *
 * <p>What comes from the parent is defined here, once, with the code source that it has there, so a task's static state
 * lives as long as its worker. Resources have URLs of a protocol of their own, whose content is what the parent sent.
 */
final class PeerClassLoader extends SecureClassLoader {
    private static final String PROTOCOL = "procession";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader local;
    private final ParentCode parentCode;
    private final Content content = new Content();

    PeerClassLoader(ClassLoader local, ParentCode parentCode) {
        super(PROTOCOL, local);
        this.local = local;
        this.parentCode = parentCode;
    }

    /** Asks the parent again for what it did not have. */
    void forgetMissing() {
        parentCode.forgetMissing();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String resource = name.replace('.', '/') + ".class";
        if (!isAskedFor(resource) || name.indexOf('/') >= 0) {
            throw new ClassNotFoundException(name);
        }
        Fetched fetched = parentCode.first(resource);
        if (fetched.resources().isEmpty()) {
            throw new ClassNotFoundException(name + ": it is not on the class path of this worker process, and its"
                    + " parent process says that " + fetched.reason());
        }
        Fetched.Resource found = fetched.resources().get(0);
        Class<?> defined = defineClass(name, found.bytes(), 0, found.bytes().length, sourceOf(found.url(), resource));
        parentCode.forget(resource); // the JVM keeps it from now on
        return defined;
    }

    /** Nobody needs the JDK's from another process, and directories can't be sent. */
    private static boolean isAskedFor(String resource) {
        return !resource.isEmpty() && !resource.endsWith("/") && !resource.startsWith("java/");
    }

    private @Nullable CodeSource sourceOf(String url, String resource) {
        if (!url.endsWith(resource)) {
            return null; // the parent does not say where it is from
        }
        String base = url.substring(0, url.length() - resource.length());
        if (base.startsWith("jar:") && base.endsWith("!/") && base.indexOf("!/") == base.length() - 2) {
            base = base.substring("jar:".length(), base.length() - 2); // a plain jar is its own code source
        }
        URL location;
        try {
            location = new URL(base);
        } catch (MalformedURLException ofALoaderOfTheParent) {
            try {
                location = new URL(null, base, content);
            } catch (MalformedURLException noUrl) {
                return null;
            }
        }
        return new CodeSource(location, (Certificate[]) null);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return isAskedFor(name) && !parentCode.first(name).resources().isEmpty() ? urlOf(name, 0) : null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        if (!isAskedFor(name)) {
            return Collections.emptyEnumeration();
        }
        int count = parentCode.all(name, localUrls(name)).size();
        List<URL> urls = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            urls.add(urlOf(name, i + 1));
        }
        return Collections.enumeration(urls);
    }

    private Set<String> localUrls(String name) throws IOException {
        Set<String> urls = new LinkedHashSet<>();
        for (URL url : Collections.list(local.getResources(name))) {
            urls.add(url.toString());
        }
        return urls;
    }

    private URL urlOf(String name, int number) {
        try {
            String path = new URI(null, null, "/" + name, null).toASCIIString();
            return new URL(PROTOCOL, null, -1, path + (number == 0 ? "" : "?" + number), content);
        } catch (MalformedURLException | URISyntaxException impossible) {
            throw new IllegalArgumentException("no name of a resource: " + name, impossible);
        }
    }

    /** Opens the URLs of this loader: {@code /name} is the first of that name, {@code /name?n} one of all, from 1 on. */
    private final class Content extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {
                    // there is nothing to be connected with but what the parent has sent already
                }

                @Override
                public InputStream getInputStream() throws IOException {
                    return new ByteArrayInputStream(content(url));
                }

                @Override
                public long getContentLengthLong() {
                    try {
                        return content(url).length;
                    } catch (IOException unknown) {
                        return -1;
                    }
                }
            };
        }
    }

    private byte[] content(URL url) throws IOException {
        String name;
        try {
            name = url.toURI().getPath().replaceFirst("^/", "");
        } catch (URISyntaxException notMadeHere) {
            throw new IOException("no resource has this URL: " + url, notMadeHere);
        }
        String query = url.getQuery();
        List<Fetched.Resource> resources;
        int index = 0;
        if (!isAskedFor(name)) {
            resources = List.of();
        } else if (query == null) {
            resources = parentCode.first(name).resources();
        } else {
            resources = parentCode.all(name, localUrls(name));
            index = Integer.parseInt(query) - 1;
        }
        if (index < 0 || index >= resources.size()) {
            throw new FileNotFoundException(url + " is not in the parent process");
        }
        return resources.get(index).bytes();
    }
}
