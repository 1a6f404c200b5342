// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.List;

/** The one option of a program that has one. */
final class NumberOption {

    private NumberOption() {}

    /**
     * Its value.
     *
     * @param arguments what people gave: nothing, or the option and a number above 0
     * @param name of the option
     * @param otherwise the value where it was not given
     */
    static int parse(List<String> arguments, String name, int otherwise) {
        if (arguments.isEmpty()) {
            return otherwise;
        }
        if (arguments.size() == 2
                && arguments.getFirst().equals(name)
                && arguments.getLast().matches("[1-9]\\d{0,6}")) {
            return Integer.parseInt(arguments.getLast());
        }
        throw new IllegalArgumentException("the only option is " + name + " with a number above 0, not " + arguments);
    }
}
