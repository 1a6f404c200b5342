// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One rule of the contract that a test proves by its name.
 *
 * @param id such as {@code W-16} or {@code T1a}
 * @param sentence what it says, in our words
 * @param notTestable why nothing here can prove it, empty where something can
 */
record ContractRule(String id, String sentence, String notTestable) {

    private static final Pattern TEST_NAME = Pattern.compile("([wfhtq])([0-9]+)([a-i]?)(?=[A-Z])");

    /** Reads rules from lines of id, sentence and, where there is one, reason, separated by tabs. */
    static List<ContractRule> read(Path file) throws IOException {
        List<ContractRule> rules = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                String[] columns = line.split("\t", -1);
                if (columns.length < 2 || columns.length > 3) {
                    throw new IOException(file + ": not two or three columns: " + line);
                }
                rules.add(new ContractRule(columns[0], columns[1], columns.length == 3 ? columns[2] : ""));
            }
        }
        return rules;
    }

    /**
     * The id that the name of a test method begins with: in lower case, without hyphen, before a capital letter. So
     * {@code w16OneCookie} proves W-16 and {@code t1aOnlyHealthy} T1a.
     */
    static Optional<String> idOf(String method) {
        Matcher matcher = TEST_NAME.matcher(method);
        if (!matcher.lookingAt()) {
            return Optional.empty();
        }
        String letter = matcher.group(1).toUpperCase(Locale.ROOT);
        return Optional.of(letter + (letter.equals("T") ? "" : "-") + matcher.group(2) + matcher.group(3));
    }

    /** What the id begins with: the part of the contract it belongs to. */
    char part() {
        return id.charAt(0);
    }
}
