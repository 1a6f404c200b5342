// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Deregistered targets in a model: how long they stay, and the model without them.
 *
 * <p>A target drains for its group's deregistration delay of the moment, from the time it was deregistered (T17). A zone
 * that only draining targets are in leaves with the last of them.
 *
 * <p><b>Units</b>: milliseconds since 1970. <b>Threading</b>: pure functions of immutable values.
 */
public final class Draining {

    private Draining() {}

    /**
     * A model at a time.
     *
     * @param model without the targets whose delay has run; the given one where there are none
     * @param nextMs when the next one's delay will have run; empty where none drains
     */
    public record AfterDelays(GatewayModel model, OptionalLong nextMs) {}

    /**
     * The model without targets whose delay has run, and when to ask again.
     *
     * @param model the model
     * @param nowMs the time
     */
    public static AfterDelays afterDelays(GatewayModel model, long nowMs) {
        GatewayModel next = without(model, (group, target) -> endMs(group, target) <= nowMs);
        OptionalLong nextMs = next.targetGroups().stream()
                .flatMapToLong(group ->
                        group.targets().stream().filter(Target::draining).mapToLong(target -> endMs(group, target)))
                .min();
        return new AfterDelays(next, nextMs);
    }

    /** What a document says of the model: all of it but what drains. */
    public static GatewayModel declared(GatewayModel model) {
        return without(model, (group, target) -> true);
    }

    /** The targets that one model has and a later one has not, as changes. */
    public static List<ConfigChange> left(GatewayModel before, GatewayModel after) {
        List<ConfigChange> changes = new ArrayList<>();
        for (TargetGroup group : before.targetGroups()) {
            List<Target> stay =
                    after.targetGroup(group.id()).map(TargetGroup::targets).orElse(List.of());
            group.targets().stream()
                    .filter(target ->
                            stay.stream().noneMatch(other -> other.id().equals(target.id())))
                    .map(target -> group.id().name() + "/" + target.id().value())
                    .forEach(id -> changes.add(
                            new ConfigChange(ConfigChange.Action.REMOVE, "draining-target", id, "", "", "")));
        }
        return changes;
    }

    /** When a draining target leaves its group. */
    static long endMs(TargetGroup group, Target target) {
        return target.deregisteredAtMs() + group.failure().deregistrationDelayMs();
    }

    private static GatewayModel without(GatewayModel model, BiPredicate<TargetGroup, Target> leaves) {
        Set<Zone> left = new HashSet<>();
        List<TargetGroup> groups = new ArrayList<>();
        for (TargetGroup group : model.targetGroups()) {
            if (group.targets().stream().noneMatch(Target::draining)) {
                groups.add(group); // nearly always, and of a thousand targets too
                continue;
            }
            List<Target> stay = new ArrayList<>();
            for (Target target : group.targets()) {
                if (target.draining() && leaves.test(group, target)) {
                    left.add(target.zone());
                } else {
                    stay.add(target);
                }
            }
            groups.add(stay.size() == group.targets().size() ? group : group.withTargets(stay));
        }
        if (left.isEmpty()) {
            return model;
        }
        left.removeAll(zonesInUse(groups, model.loadBalancers(), model.endpoints()));
        List<Zone> zones =
                model.zones().stream().filter(zone -> !left.contains(zone)).toList();
        return new GatewayModel(zones, groups, model.loadBalancers(), model.endpointServices(), model.endpoints());
    }

    private static Set<Zone> zonesInUse(
            List<TargetGroup> groups, List<LoadBalancer> balancers, List<Endpoint> endpoints) {
        Set<Zone> zones = new HashSet<>();
        groups.forEach(group -> group.targets().forEach(target -> zones.add(target.zone())));
        balancers.forEach(balancer -> zones.addAll(balancer.zones()));
        endpoints.forEach(endpoint -> zones.add(endpoint.zone()));
        return zones;
    }
}
