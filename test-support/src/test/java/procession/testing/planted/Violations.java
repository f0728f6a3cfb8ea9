// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.concurrent.TimeUnit;

/** One class for each rule that it breaks. */
public final class Violations {

    private Violations() {}

    /** Sleeps. */
    public static final class Sleeps {
        void sleep() throws InterruptedException {
            Thread.sleep(1);
        }
    }

    /** Sleeps by another name. */
    public static final class SleepsToo {
        void sleep() throws InterruptedException {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    /** Prints. */
    public static final class Prints {
        void print() {
            System.out.println("planted");
        }
    }

    /** Prints the stack of an exception. */
    public static final class PrintsStack {
        void print() {
            new IllegalStateException("planted").printStackTrace();
        }
    }

    /** Reads objects. */
    public static final class Deserializes {
        ObjectInputStream open(InputStream input) throws IOException {
            return new ObjectInputStream(input);
        }
    }

    /** Starts a process. */
    public static final class StartsProcess {
        Process start() throws IOException {
            return new ProcessBuilder("true").start();
        }
    }

    /** Starts a process in the old way. */
    public static final class Executes {
        Process start() throws IOException {
            return Runtime.getRuntime().exec(new String[] {"true"});
        }
    }

    /** Calls native code. */
    public static final class LoadsLibrary {
        void load() {
            System.loadLibrary("planted");
        }
    }

    /** Says nothing about itself. */
    public static final class PlantedUtils {}
}
