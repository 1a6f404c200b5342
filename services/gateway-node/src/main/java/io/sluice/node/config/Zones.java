// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.id.Zone;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The zones there are: those under {@code zones}, or where that key is absent those that are named anywhere. */
final class Zones {

    private final boolean declared;
    private final DeclaredNames<Zone> names = new DeclaredNames<>("zone", "zones");
    private final Set<Zone> all = new LinkedHashSet<>();
    private @Nullable Zone tolerated;

    /** Any zones that a fragment names. */
    Zones() {
        declared = false;
    }

    /** Reads the key. */
    Zones(YamlMapping top) {
        declared = top.has("zones");
        int before = top.problemCount();
        all.addAll(top.values("zones", text -> names.declare(new Zone(text))));
        if (top.isList("zones") && top.length("zones") == 0) {
            top.problem("zones", "no zone is given: expected at least one, or the key not at all");
        }
        if (top.problemCount() > before) {
            names.incomplete();
        }
    }

    /**
     * Takes a zone that a key names.
     *
     * @throws IllegalArgumentException where it is no name of a zone, or of none there is
     */
    Zone refer(String text) {
        return refer(new Zone(text));
    }

    /** Takes a zone that is named by default. */
    Zone refer(Zone zone) {
        if (declared && !zone.equals(tolerated)) {
            return names.refer(zone);
        }
        all.add(zone);
        return zone;
    }

    /** The zone of something, which may name one. */
    Zone of(YamlMapping mapping, Zone otherwise) {
        return mapping.has("zone")
                ? mapping.optional("zone", this::refer, otherwise)
                : mapping.defaulted("zone", () -> refer(otherwise), otherwise);
    }

    /** A zone that is not there, which has been said; what defaults to it need not say so again. */
    void tolerate(Zone zone) {
        tolerated = zone;
    }

    /** All of them, in the order they were named. */
    List<Zone> all() {
        return List.copyOf(all);
    }
}
