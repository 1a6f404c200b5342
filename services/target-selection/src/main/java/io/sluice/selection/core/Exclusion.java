// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

/** Why a target of the endpoint's group is not among those that are ranked. */
public enum Exclusion {
    /** It is ranked. */
    NONE("it is ranked"),
    /** The load balancer is not enabled in the endpoint's zone: nothing is. */
    ENDPOINT_ZONE_NOT_ENABLED("the load balancer is not enabled in the endpoint's zone"),
    /** The load balancer is not enabled in its zone. */
    TARGET_ZONE_NOT_ENABLED("the load balancer is not enabled in the target's zone"),
    /** It is of another zone than the endpoint, and cross-zone is off (F-34). */
    OTHER_ZONE("it is of another zone, and cross-zone is off (F-34)"),
    /** It is being deregistered (T18). */
    DRAINING("it is being deregistered (T18)"),
    /** It is not healthy, and another one is. */
    NOT_HEALTHY("it is not healthy, and another target is"),
    /** None is healthy, and the group does not forward then. */
    NONE_HEALTHY("no target is healthy, and the group's fail-open does not forward then");

    private final String sentence;

    Exclusion(String sentence) {
        this.sentence = sentence;
    }

    /** What people are told. */
    public String sentence() {
        return sentence;
    }

    /** Lower-case text as the admin routes print it. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
