// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of a model when a document is to replace it: everything as the document says, but registered targets that
 * it leaves out drain first (T17, T18), and each target keeps its registration as long as it is the same one.
 *
 * <ul>
 *   <li>in both: the registration stays, whatever else of the target changes but zone and port: with these it is another
 *       target at the same address;
 *   <li>draining, and in the document: registered again, with its registration (T20);
 *   <li>in the document alone: registered anew, its registration being the number of the revision that does it;
 *   <li>in the model alone: draining from now on, or gone where the group's delay is 0;
 *   <li>a group that the document leaves out is gone at once with all its targets (T22).
 * </ul>
 *
 * <p>What was decided about an endpoint stays where the document leaves it out, as {@link Admissions#decided} says.
 *
 * <p>A group holds at most {@value TargetGroup#TARGETS_WITH_DRAINING_MAX} targets: where more would drain, those that
 * have drained longest leave early.
 *
 * <p><b>Threading</b>: a pure function of immutable values.
 */
public final class NextModel {

    private final GatewayModel current;
    private final long nowMs;
    private final long revisionNumber;

    private NextModel(GatewayModel current, long nowMs, long revisionNumber) {
        this.current = current;
        this.nowMs = nowMs;
        this.revisionNumber = revisionNumber;
    }

    /**
     * The next model.
     *
     * @param current the model as it is, draining targets included
     * @param desired what the document says
     * @param nowMs milliseconds since 1970, greater than 0
     * @param revisionNumber number the next revision will have
     */
    public static GatewayModel of(GatewayModel current, GatewayModel desired, long nowMs, long revisionNumber) {
        return new NextModel(current, nowMs, revisionNumber).with(desired);
    }

    /** Load balancers that a document leaves out although they are protected from deletion. */
    public static List<LoadBalancerId> protectedFromDeletion(GatewayModel current, GatewayModel desired) {
        return current.loadBalancers().stream()
                .filter(LoadBalancer::deletionProtection)
                .map(LoadBalancer::id)
                .filter(id -> desired.loadBalancer(id).isEmpty())
                .toList();
    }

    private GatewayModel with(GatewayModel desired) {
        Map<TargetGroupId, TargetGroup> known = new HashMap<>();
        current.targetGroups().forEach(group -> known.put(group.id(), group));
        Set<Zone> zones = new LinkedHashSet<>(desired.zones());
        List<TargetGroup> groups = new ArrayList<>();
        for (TargetGroup group : desired.targetGroups()) {
            TargetGroup before = known.get(group.id());
            // what is the same object is compared and digested at once, here and by everybody after
            TargetGroup next = before != null && isSame(before, group)
                    ? before
                    : group.withTargets(targets(group, before == null ? List.of() : before.targets()));
            next.targets().forEach(target -> zones.add(target.zone()));
            groups.add(next);
        }
        return Admissions.decided(
                current,
                new GatewayModel(
                        List.copyOf(zones),
                        groups,
                        desired.loadBalancers(),
                        desired.endpointServices(),
                        desired.endpoints()));
    }

    private List<Target> targets(TargetGroup desired, List<Target> before) {
        Map<TargetId, Target> known = new HashMap<>();
        before.forEach(target -> known.put(target.id(), target));
        List<Target> next = new ArrayList<>();
        for (Target target : desired.targets()) {
            Target old = known.remove(target.id());
            next.add(registered(target, old != null && isSame(old, target) ? old.registration() : revisionNumber));
        }
        before.stream()
                .filter(target -> known.containsKey(target.id()))
                .map(target -> target.draining() ? target : target.deregistered(nowMs))
                .filter(target -> Draining.endMs(desired, target) > nowMs)
                .sorted(Comparator.comparingLong(Target::deregisteredAtMs).reversed())
                .limit(TargetGroup.TARGETS_WITH_DRAINING_MAX - next.size())
                .forEach(next::add);
        return next;
    }

    private static boolean isSame(TargetGroup before, TargetGroup group) {
        return group.equals(before) && group.targets().stream().noneMatch(Target::draining);
    }

    private static boolean isSame(Target old, Target target) {
        return old.zone().equals(target.zone()) && old.port() == target.port();
    }

    private static Target registered(Target target, long registration) {
        return new Target(target.id(), target.address(), target.port(), target.zone(), target.weight(), registration);
    }
}
