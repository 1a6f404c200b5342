// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.regex.Pattern;

/** An account in text. */
final class AccountText {

    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    private AccountText() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException where it is none
     */
    static String read(String text) {
        if (!ACCOUNT.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "': expected 12 digits, quoted");
        }
        return text;
    }
}
