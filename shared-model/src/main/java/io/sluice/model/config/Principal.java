// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may have endpoints of a service (E-5).
 *
 * <p>An endpoint has an account and nothing finer, so a user or role lets in the endpoints of its account.
 *
 * @param text {@code *} for anyone, 12 digits, or {@code arn:aws:iam::ACCOUNT:} with {@code root}, {@code user/NAME} or
 *     {@code role/NAME}
 */
public record Principal(String text) implements Comparable<Principal> {

    private static final Pattern FORM =
            Pattern.compile("\\*|([0-9]{12})|arn:aws:iam::([0-9]{12}):(?:root|(?:user|role)/[A-Za-z0-9_+=,.@-]{1,64})");

    private static final Pattern WITH_PATH = Pattern.compile("arn:aws:iam::[0-9]{12}:(?:user|role)/[^/]*/.*");

    private static final String EXPECTED =
            "expected *, an account of 12 digits, or arn:aws:iam::ACCOUNT:root, :user/NAME or :role/NAME";

    /** Longest text: a role's ARN. */
    public static final int LENGTH_MAX = 128;

    /** Anyone. */
    public static final Principal ANYONE = new Principal("*");

    /** Checks the form. */
    public Principal {
        if (text.length() > LENGTH_MAX || !FORM.matcher(text).matches()) {
            String why = WITH_PATH.matcher(text).matches() ? " has a path before its name, which is not possible" : "";
            throw new IllegalArgumentException("'" + text + "' is no principal" + (why.isEmpty() ? "" : ": it" + why)
                    + ": " + EXPECTED + " (E-5)");
        }
    }

    /** Whether an account may have endpoints because of this. */
    public boolean lets(String account) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalStateException(text);
        }
        return text.equals("*") || account.equals(form.group(1)) || account.equals(form.group(2));
    }

    @Override
    public int compareTo(Principal other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
