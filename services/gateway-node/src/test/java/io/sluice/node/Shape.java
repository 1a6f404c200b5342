// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.util.List;
import java.util.Locale;

/** Which processes a gateway of the tests is made of (architecture, section 1: any subset of the roles makes a process). */
enum Shape {
    /** One process with every role. */
    ALL_IN_ONE(List.of()),

    /** A process for each role. */
    APART(List.of(
            new Part("hashing", List.of("flow-hashing")),
            new Part("control", List.of("control-api")),
            new Part("health", List.of("health-checking")),
            new Part("selection", List.of("target-selection")),
            new Part("codec", List.of("codec")),
            new Part("ingress", List.of("ingress")))),

    /**
     * Three nodes with some roles each. Two keep flow records, and two probe; the ingress keeps half of the records itself; who
     * picks targets has the codec and no records.
     */
    MIXED(List.of(
            new Part("a", List.of("ingress", "flow-hashing")),
            new Part("b", List.of("codec", "target-selection", "health-checking")),
            new Part("c", List.of("flow-hashing", "control-api", "health-checking"))));

    /** Environment variable that asks for another shape than {@link #ALL_IN_ONE}: {@code apart} or {@code mixed}. */
    static final String VARIABLE = "SLUICE_TEST_SHAPE";

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of, of records of such lists
    private final List<Part> parts;

    Shape(List<Part> parts) {
        this.parts = parts;
    }

    /**
     * One process.
     *
     * @param name what its id and its files end with
     * @param roles what it does, in the configuration's words
     */
    record Part(String name, List<String> roles) {

        boolean hasControlApi() {
            return roles.contains("control-api");
        }
    }

    /** The shape that the environment asks for. */
    static Shape asked() {
        String asked = System.getenv(VARIABLE);
        return asked == null
                ? ALL_IN_ONE
                : valueOf(asked.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    /** Its processes; none for {@link #ALL_IN_ONE}, which is no matter of several. */
    List<Part> parts() {
        return parts;
    }

    /** How many times the time of one process a test may take: that many JVMs start on the same cores. */
    int patience() {
        return this == ALL_IN_ONE ? 1 : 3;
    }
}
