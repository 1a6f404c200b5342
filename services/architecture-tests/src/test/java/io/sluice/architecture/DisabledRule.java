// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A small change of the sources that switches one rule of the contract off, so that a test of the rule must fail.
 *
 * <p><b>Format</b> of a file {@code ID.edit}: lines that begin with {@code #} say what is off, one with {@code =} the
 * file to change; the lines after {@code -}, which stand in that file once, in a row, however far they are indented,
 * are replaced by those after {@code +}.
 *
 * @param id of the rule
 * @param sentence what is off
 * @param file to change, from the root of the tree
 * @param before lines without indentation
 * @param after lines instead of them
 */
record DisabledRule(String id, String sentence, String file, List<String> before, List<String> after) {

    private static final String SUFFIX = ".edit";

    /** All rules of the contract that have such a file, in the order of the contract. */
    static List<DisabledRule> readAll(Path directory, List<ContractRule> contract) throws IOException {
        Map<String, DisabledRule> found = new HashMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                DisabledRule rule = read(file);
                found.put(rule.id(), rule);
            }
        }
        List<DisabledRule> rules = new ArrayList<>();
        for (ContractRule rule : contract) {
            DisabledRule disabled = found.remove(rule.id());
            if (disabled != null) {
                rules.add(disabled);
            }
        }
        if (!found.isEmpty()) {
            throw new IOException(directory + ": no rules of the contract: " + found.keySet());
        }
        return rules;
    }

    private static DisabledRule read(Path path) throws IOException {
        String name = path.getFileName().toString();
        if (!name.endsWith(SUFFIX)) {
            throw new IOException(path + ": not a file " + SUFFIX);
        }
        List<String> sentence = new ArrayList<>();
        String file = "";
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            String rest = line.isEmpty() ? "" : line.substring(1).strip();
            switch (line.isEmpty() ? ' ' : line.charAt(0)) {
                case '#' -> sentence.add(rest);
                case '=' -> file = rest;
                case '-' -> before.add(rest);
                case '+' -> after.add(rest);
                default -> throw new IOException(path + ": no line begins like this: " + line);
            }
        }
        if (sentence.isEmpty() || file.isEmpty() || before.isEmpty() || before.equals(after)) {
            throw new IOException(path + ": expected lines with #, = and -, and a change");
        }
        return new DisabledRule(
                name.substring(0, name.length() - SUFFIX.length()),
                String.join(" ", sentence),
                file,
                List.copyOf(before),
                List.copyOf(after));
    }

    /**
     * The source with the rule off.
     *
     * @throws IllegalArgumentException where the lines to replace are not there, or more than once
     */
    String applyTo(String source) {
        List<String> lines = source.lines().toList();
        List<String> stripped = lines.stream().map(String::strip).toList();
        int at = -1;
        for (int line = 0; line + before.size() <= lines.size(); line++) {
            if (stripped.subList(line, line + before.size()).equals(before)) {
                if (at >= 0) {
                    throw new IllegalArgumentException(id + ": twice in " + file + ": " + before);
                }
                at = line;
            }
        }
        if (at < 0) {
            throw new IllegalArgumentException(id + ": not in " + file + ": " + before);
        }
        List<String> changed = new ArrayList<>(lines.subList(0, at));
        changed.addAll(after);
        changed.addAll(lines.subList(at + before.size(), lines.size()));
        return String.join("\n", changed) + "\n";
    }
}
