// SPDX-License-Identifier: Apache-2.0
package procession.multiprocessing.internal.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns objects into bytes and back: the only place that serializes.
 *
 * <p>An encoded object is a tag byte and what the tag says follows. {@code null}, boxed primitives and byte arrays have
 * tags of their own and cost no serialization; everything else is a Java serialization stream.
 *
 * <p>Decoding runs code of the classes it meets, so it is done only with bytes from a process that this one started
 * (or was started by), under an {@link ObjectInputFilter} that bounds arrays by the bytes that arrived and keeps the
 * filter of the JVM in force.
 */
public final class ObjectCodec {
    private static final byte JAVA = 0;
    private static final byte NULL = 1;
    private static final byte BOOLEAN = 2;
    private static final byte BYTE = 3;
    private static final byte SHORT = 4;
    private static final byte CHAR = 5;
    private static final byte INT = 6;
    private static final byte LONG = 7;
    private static final byte FLOAT = 8;
    private static final byte DOUBLE = 9;
    private static final byte BYTES = 10;

    /** An array may have this many elements whatever the length of the stream. */
    private static final int SMALL_ARRAY = 1024;

    /** Java collections allocate tables of at most this many slots for each byte of a stream. */
    private static final int SLOTS_PER_BYTE = 4;

    private final ClassLoader classes;
    private final @Nullable ObjectInputFilter userFilter;
    private final Supplier<List<ClassLoader>> moreClasses;

    /**
     * Makes a codec.
     *
     * @param classes where classes are looked up first; then where Procession itself is
     * @param userFilter what may be decoded, besides the built-in bounds; {@code null} for no further limit
     */
    public ObjectCodec(ClassLoader classes, @Nullable ObjectInputFilter userFilter) {
        this(classes, userFilter, List::of);
    }

    /**
     * Makes a codec.
     *
     * @param classes where classes are looked up first; then where Procession itself is
     * @param userFilter what may be decoded, besides the built-in bounds; {@code null} for no further limit
     * @param moreClasses where classes are looked up last
     */
    public ObjectCodec(
            ClassLoader classes, @Nullable ObjectInputFilter userFilter, Supplier<List<ClassLoader>> moreClasses) {
        this.classes = classes;
        this.userFilter = userFilter;
        this.moreClasses = moreClasses;
    }

    /**
     * Returns a codec that looks classes up where the calling thread does.
     *
     * @return the codec
     */
    public static ObjectCodec ofCaller() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return new ObjectCodec(
                context == null ? Objects.requireNonNull(ObjectCodec.class.getClassLoader()) : context, null);
    }

    /**
     * Encodes an object.
     *
     * @param object the object, or {@code null}
     * @return its bytes
     * @throws NotEncodableException if something in it can't be serialized; the message says what, and what to do
     */
    public static byte[] encode(@Nullable Object object) throws NotEncodableException {
        return encode(object, loader -> {});
    }

    /**
     * Encodes an object.
     *
     * @param object the object, or {@code null}
     * @param loaders is told the class loaders of the classes in it, some more than once
     * @return its bytes
     * @throws NotEncodableException if something in it can't be serialized; the message says what, and what to do
     */
    public static byte[] encode(@Nullable Object object, Consumer<ClassLoader> loaders) throws NotEncodableException {
        if (object == null) {
            return new byte[] {NULL};
        } else if (object instanceof Boolean value) {
            return new byte[] {BOOLEAN, (byte) (value ? 1 : 0)};
        } else if (object instanceof Byte value) {
            return new byte[] {BYTE, value};
        } else if (object instanceof Short value) {
            return tagged(SHORT, Short.BYTES).putShort(value).array();
        } else if (object instanceof Character value) {
            return tagged(CHAR, Character.BYTES).putChar(value).array();
        } else if (object instanceof Integer value) {
            return tagged(INT, Integer.BYTES).putInt(value).array();
        } else if (object instanceof Long value) {
            return tagged(LONG, Long.BYTES).putLong(value).array();
        } else if (object instanceof Float value) {
            return tagged(FLOAT, Float.BYTES).putFloat(value).array();
        } else if (object instanceof Double value) {
            return tagged(DOUBLE, Double.BYTES).putDouble(value).array();
        } else if (object instanceof byte[] value && value.length < FrameDescriptor.MAX_PAYLOAD_BYTES) {
            return tagged(BYTES, value.length).put(value).array();
        }
        return encodeJava(object, loaders);
    }

    private static ByteBuffer tagged(byte tag, int bytes) {
        return ByteBuffer.allocate(1 + bytes).put(tag);
    }

    private static byte[] encodeJava(Object object, Consumer<ClassLoader> loaders) throws NotEncodableException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        bytes.write(JAVA);
        EncodingDiagnosis.Lambdas lambdas = new EncodingDiagnosis.Lambdas();
        try (Encoder encoder = new Encoder(bytes, lambdas, loaders)) {
            encoder.writeObject(object);
        } catch (Throwable failure) { // whatever the object's own methods throw
            throw new NotEncodableException(EncodingDiagnosis.explain(object, failure, lambdas), failure);
        }
        return bytes.toByteArray();
    }

    /**
     * Returns whether decoding runs no code but this class's own.
     *
     * @param bytes what {@link #encode} made
     * @return {@code true} if it is no Java serialization stream
     */
    public static boolean isPlain(byte[] bytes) {
        return bytes.length > 0 && bytes[0] != JAVA;
    }

    /**
     * Returns whether what is written to a stream goes to another process: an object may be written there, or refuse.
     *
     * @param stream the stream
     * @return {@code false} if it goes to a file, or wherever else the program likes
     */
    public static boolean isBetweenProcesses(ObjectOutputStream stream) {
        return stream instanceof Encoder;
    }

    /**
     * Decodes an object.
     *
     * @param bytes what {@link #encode} made, in the other process
     * @return the object, or {@code null} if that is what was encoded
     * @throws IOException if the bytes are not such an object, or the filter refuses it
     * @throws ClassNotFoundException if a class of it is not here
     */
    public @Nullable Object decode(byte[] bytes) throws IOException, ClassNotFoundException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (!buffer.hasRemaining()) {
            throw new IOException("an empty object");
        }
        byte tag = buffer.get();
        int width = widthOf(tag);
        if (width >= 0 && buffer.remaining() != width) {
            throw new IOException("an object of tag " + tag + " with " + buffer.remaining() + " bytes");
        }
        return switch (tag) {
            case NULL -> null;
            case BOOLEAN -> buffer.get() != 0;
            case BYTE -> buffer.get();
            case SHORT -> buffer.getShort();
            case CHAR -> buffer.getChar();
            case INT -> buffer.getInt();
            case LONG -> buffer.getLong();
            case FLOAT -> buffer.getFloat();
            case DOUBLE -> buffer.getDouble();
            case BYTES -> Arrays.copyOfRange(bytes, 1, bytes.length);
            case JAVA -> decodeJava(bytes);
            default -> throw new IOException("an object of unknown tag " + tag);
        };
    }

    private static int widthOf(byte tag) {
        return switch (tag) {
            case NULL -> 0;
            case BOOLEAN, BYTE -> 1;
            case SHORT, CHAR -> 2;
            case INT, FLOAT -> 4;
            case LONG, DOUBLE -> 8;
            default -> -1;
        };
    }

    private @Nullable Object decodeJava(byte[] bytes) throws IOException, ClassNotFoundException {
        try (Decoder decoder = new Decoder(bytes)) {
            return decoder.readObject();
        }
    }

    /** Notes which lambdas it meets, for the message if one of them can't be written, and whose classes. */
    private static final class Encoder extends ObjectOutputStream {
        private final EncodingDiagnosis.Lambdas lambdas;
        private final Consumer<ClassLoader> loaders;

        Encoder(ByteArrayOutputStream target, EncodingDiagnosis.Lambdas lambdas, Consumer<ClassLoader> loaders)
                throws IOException {
            super(target);
            this.lambdas = lambdas;
            this.loaders = loaders;
            enableReplaceObject(true);
        }

        /** Called for each class in the stream; for a lambda that is the one whose code it is in. */
        @Override
        protected void annotateClass(Class<?> type) {
            ClassLoader loader = type.getClassLoader();
            if (loader != null) {
                loaders.accept(loader);
            }
        }

        @Override
        protected void annotateProxyClass(Class<?> proxy) {
            for (Class<?> type : proxy.getInterfaces()) {
                annotateClass(type);
            }
        }

        @Override
        protected @Nullable Object replaceObject(@Nullable Object object) {
            if (object instanceof SerializedLambda lambda) {
                lambdas.met(lambda);
            }
            return object;
        }
    }

    /** Keeps a stream from making this JVM allocate much more than its length, and asks the other filters. */
    private static final class Bounds implements ObjectInputFilter {
        private final long maxArray;
        private final @Nullable ObjectInputFilter jvmWide = Config.getSerialFilter();
        private final @Nullable ObjectInputFilter userFilter;

        Bounds(int bytes, @Nullable ObjectInputFilter userFilter) {
            this.maxArray = Math.max(SMALL_ARRAY, (long) SLOTS_PER_BYTE * bytes);
            this.userFilter = userFilter;
        }

        @Override
        public Status checkInput(FilterInfo info) {
            if (info.arrayLength() > maxArray) {
                return Status.REJECTED;
            }
            Status status = jvmWide == null ? Status.UNDECIDED : jvmWide.checkInput(info);
            return status == Status.REJECTED || userFilter == null ? status : userFilter.checkInput(info);
        }
    }

    /** Looks classes up where the caller said, within {@link Bounds}. */
    private final class Decoder extends ObjectInputStream {
        Decoder(byte[] bytes) throws IOException {
            super(new ByteArrayInputStream(bytes, 1, bytes.length - 1));
            setObjectInputFilter(new Bounds(bytes.length, userFilter));
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
            Class<?>[] resolved = new Class<?>[interfaces.length];
            ClassLoader loader = classes;
            for (int i = 0; i < interfaces.length; i++) {
                resolved[i] = find(interfaces[i]);
                if (!Modifier.isPublic(resolved[i].getModifiers())) {
                    loader = resolved[i].getClassLoader(); // nowhere else can a class be that implements it
                }
            }
            InvocationHandler unused = (proxy, method, arguments) -> null;
            try {
                return Proxy.newProxyInstance(loader, resolved, unused).getClass();
            } catch (IllegalArgumentException notVisible) {
                throw new ClassNotFoundException("a proxy of " + Arrays.toString(interfaces), notVisible);
            }
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description) throws IOException, ClassNotFoundException {
            try {
                return find(description.getName());
            } catch (ClassNotFoundException notThere) {
                try {
                    return super.resolveClass(description); // primitives, which have no loader
                } catch (ClassNotFoundException again) {
                    throw notThere; // which says more
                }
            }
        }

        private Class<?> find(String name) throws ClassNotFoundException {
            try {
                return Class.forName(name, false, classes);
            } catch (ClassNotFoundException notThere) {
                Class<?> found = findIn(ObjectCodec.class.getClassLoader(), name);
                for (ClassLoader more : found == null ? moreClasses.get() : List.<ClassLoader>of()) {
                    found = found == null ? findIn(more, name) : found;
                }
                if (found == null) {
                    throw notThere;
                }
                return found;
            }
        }

        private static @Nullable Class<?> findIn(ClassLoader loader, String name) {
            try {
                return Class.forName(name, false, loader);
            } catch (ClassNotFoundException notThereEither) {
                return null;
            }
        }
    }
}
