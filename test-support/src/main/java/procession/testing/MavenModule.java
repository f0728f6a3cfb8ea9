// SPDX-License-Identifier: Apache-2.0
package procession.testing;

import java.nio.file.Path;

/**
 * Where the module under test has its files.
 *
 * @param base the module's directory
 */
public record MavenModule(Path base) {

    /**
     * Returns the module whose tests are running. Surefire says where it is; without Surefire it is the working
     * directory.
     *
     * @return the module
     */
    public static MavenModule current() {
        return new MavenModule(Path.of(System.getProperty("basedir", System.getProperty("user.dir"))));
    }

    /**
     * Returns the directory of the compiled main classes.
     *
     * @return the directory
     */
    public Path classes() {
        return base.resolve("target").resolve("classes");
    }

    /**
     * Returns the directory of the main sources.
     *
     * @return the directory
     */
    public Path sources() {
        return base.resolve("src").resolve("main").resolve("java");
    }

    /**
     * Returns the directory of the test sources.
     *
     * @return the directory
     */
    public Path testSources() {
        return base.resolve("src").resolve("test").resolve("java");
    }

    /**
     * Returns the golden file of the public API.
     *
     * @return the file
     */
    public Path goldenApi() {
        return base.resolve("src").resolve("test").resolve("resources").resolve("api.txt");
    }
}
