// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a gateway process can do; any subset of them makes a process. */
public enum Role {
    /** Endpoint-facing sockets and the flow table. */
    INGRESS("ingress"),
    /** Target-facing sockets. */
    CODEC("codec"),
    /** The authority over flows. */
    FLOW_HASHING("flow-hashing"),
    /** Picks of targets. */
    TARGET_SELECTION("target-selection"),
    /** Probes. */
    HEALTH_CHECKING("health-checking"),
    /** HTTP admin routes under /v1, and the configuration. */
    CONTROL_API("control-api");

    private static final String ALL = "all";

    private final String text;

    Role(String text) {
        this.text = text;
    }

    /** The configuration's word for it. */
    public String text() {
        return text;
    }

    /**
     * The roles some words stand for; {@code all} stands for every one.
     *
     * @throws IllegalArgumentException for a word that stands for none, or no word at all
     */
    public static Set<Role> parse(List<String> words) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : words) {
            if (word.equals(ALL)) {
                roles.addAll(EnumSet.allOf(Role.class));
                continue;
            }
            roles.add(Arrays.stream(values())
                    .filter(role -> role.text.equals(word))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("'" + word + "' is no role: expected " + expected())));
        }
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("no role is given: expected " + expected());
        }
        return roles;
    }

    private static String expected() {
        return ALL + " or some of " + Arrays.stream(values()).map(Role::text).collect(Collectors.joining(", "));
    }
}
