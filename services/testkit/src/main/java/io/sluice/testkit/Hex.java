// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.util.HexFormat;

/** Bytes as people write them: hexadecimal digits with any white space, and comments from {@code #} to end of line. */
public final class Hex {
    private static final int ROW_BYTES = 16;
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private Hex() {}

    /**
     * Reads digits, ignoring white space and comments.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static byte[] parse(String text) {
        StringBuilder digits = new StringBuilder(text.length());
        text.lines().forEach(line -> {
            int comment = line.indexOf('#');
            String kept = comment < 0 ? line : line.substring(0, comment);
            kept.chars().filter(character -> !Character.isWhitespace(character)).forEach(digits::appendCodePoint);
        });
        return HexFormat.of().parseHex(digits);
    }

    /** Digits without any space. */
    public static String format(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Rows of 16 bytes, each after its offset in four digits: the form of the golden files and of failure messages. */
    public static String dump(byte[] bytes) {
        StringBuilder rows = new StringBuilder();
        for (int at = 0; at < bytes.length; at += ROW_BYTES) {
            int end = Math.min(bytes.length, at + ROW_BYTES);
            rows.append("%04x  ".formatted(at))
                    .append(SPACED.formatHex(bytes, at, end))
                    .append('\n');
        }
        return rows.toString();
    }
}
