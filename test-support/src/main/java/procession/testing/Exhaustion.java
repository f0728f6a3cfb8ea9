// SPDX-License-Identifier: Apache-2.0
package procession.testing;

/** Ways in which code of the user's runs out of something: for real, at once, and without harm to the rest of the JVM. */
public enum Exhaustion {
    /** Recurses until the stack is full. */
    STACK(StackOverflowError.class) {
        @Override
        public int strike() {
            return descend(1);
        }
    },
    /** Asks for an array that is longer than any can be. */
    MEMORY(OutOfMemoryError.class) {
        @Override
        public int strike() {
            return new long[Integer.MAX_VALUE].length;
        }
    };

    private final Class<? extends VirtualMachineError> error;

    Exhaustion(Class<? extends VirtualMachineError> error) {
        this.error = error;
    }

    /**
     * Throws {@link #error()}.
     *
     * @return nothing, but it can be written where a number is wanted
     */
    public abstract int strike();

    /**
     * Returns what {@link #strike()} throws.
     *
     * @return the class of the error
     */
    public Class<? extends VirtualMachineError> error() {
        return error;
    }

    @SuppressWarnings("InfiniteRecursion") // on purpose
    private static int descend(int level) {
        return descend(level + 1) + 1;
    }
}
