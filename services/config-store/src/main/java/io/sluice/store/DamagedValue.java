// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

/** A value that is not what was written; caught where the store's name is known. */
final class DamagedValue extends RuntimeException {

    private static final long serialVersionUID = 1;

    DamagedValue(String what) {
        super(what);
    }

    DamagedValue(String what, Throwable cause) {
        super(what, cause);
    }
}
