// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.Printable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Gathers what is wrong in one file, so that one run shows all of it: the first {@value #SHOWN_MAX} problems in the order
 * of the file, each in one line of printable characters.
 */
final class Problems {

    private static final int SHOWN_MAX = 100;
    private static final int MESSAGE_LENGTH_MAX = 500;

    private final String file;
    private final List<ConfigProblem> found = new ArrayList<>();
    private int count;

    Problems(String file) {
        this.file = file;
    }

    void add(Node at, String key, String message) {
        add(at.getStartMark().map(Mark::getLine).orElse(0) + 1, key, message);
    }

    void add(int line, String key, String message) {
        count++;
        if (found.size() < SHOWN_MAX) {
            found.add(new ConfigProblem(file, line, printable(key), printable(message)));
        }
    }

    /** What was said stays readable, and cannot steer the terminal that shows it. */
    private static String printable(String text) {
        String shown = text;
        if (text.length() > MESSAGE_LENGTH_MAX) {
            int half = MESSAGE_LENGTH_MAX / 2;
            shown = text.substring(0, half) + " ... " + text.substring(text.length() - half);
        }
        return Printable.of(shown);
    }

    /** How many there are so far. */
    int count() {
        return count;
    }

    void throwIfAny() throws ConfigException {
        if (found.isEmpty()) {
            return;
        }
        List<ConfigProblem> shown = new ArrayList<>(found);
        shown.sort(Comparator.comparingInt(ConfigProblem::line));
        if (count > shown.size()) {
            int line = shown.getLast().line();
            shown.add(new ConfigProblem(file, line, "", "and " + (count - shown.size()) + " problems more"));
        }
        throw new ConfigException(shown);
    }
}
