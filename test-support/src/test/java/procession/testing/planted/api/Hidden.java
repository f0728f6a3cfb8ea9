// SPDX-License-Identifier: Apache-2.0
package procession.testing.planted.api;

import org.jspecify.annotations.Nullable;

/** What nobody sees but as a part of {@link Sample}. */
abstract class Hidden<T> {
    public @Nullable T shown(T value) {
        return value;
    }

    void invisible() {}
}
