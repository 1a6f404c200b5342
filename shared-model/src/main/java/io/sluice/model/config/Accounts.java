// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.regex.Pattern;

/** The rule for account numbers: 12 digits. */
final class Accounts {

    static final String DEFAULT = "000000000000";

    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

    private Accounts() {}

    static void require(String owner, String account) {
        if (!ACCOUNT.matcher(account).matches()) {
            throw new IllegalArgumentException("account '" + account + "' of " + owner + ": expected 12 digits");
        }
    }
}
