// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.LeaseDesk;
import io.sluice.api.ProblemCode;
import io.sluice.api.core.Leases;
import io.sluice.api.resource.Targets;
import io.sluice.model.config.Target;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * {@code /v1/target-groups/{group}/targets}: registers, changes and deregisters targets one by one, and shows the health
 * of each. A target that registers itself does it with {@code PUT} and {@code lease}, and renews with the same request:
 * all of this is what a token with the role {@code register:<group>} may ask for, of the path's group only.
 */
public final class GroupTargetsRoute implements AdminRoute {

    private static final String LEASE = "lease";

    private final ResourceDesk desk;
    private final ResourceOperations<Target> targets;

    /** @param desk what to work with */
    public GroupTargetsRoute(ResourceDesk desk) {
        this.desk = desk;
        this.targets = new ResourceOperations<>(
                desk,
                context -> new Targets(desk.fragments(), QueryValues.path(context, "group"), desk.leases()),
                "target");
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listGroupTargets", targets::list)
                .on("registerTarget", targets::create)
                .on("getTarget", targets::get)
                .on("putTarget", this::put)
                .on("patchTarget", targets::patch)
                .on("deregisterTarget", this::delete);
    }

    private void put(RoutingContext context) {
        Optional<String> asked = QueryValues.text(context, LEASE);
        OptionalLong durationMs = asked.map(LeaseDuration::parse).orElse(OptionalLong.empty());
        if (asked.isPresent() && durationMs.isEmpty()) {
            ProblemReply.send(
                    context,
                    400,
                    ProblemCode.INVALID_PARAMETER,
                    LEASE,
                    "'" + asked.get() + "': expected a duration from 5s to 1h, written like 30s or 5m");
            return;
        }
        if (durationMs.isPresent()) {
            holder(context).ifPresent(desk.leases()::asked);
        }
        ResourceOperations.Along along = along(context, holder -> with(holder, durationMs));
        Optional<Leases.Holder> holder = holder(context);
        if (durationMs.isPresent() && holder.isPresent()) {
            targets.renew(context, along, () -> !desk.leases().isEnding(holder.get()));
        } else {
            targets.put(context, along);
        }
    }

    /** Who registers the target again does not go on with the lease that it had. */
    private void delete(RoutingContext context) {
        targets.delete(context, along(context, desk.leases()::forget));
    }

    private static ResourceOperations.Along along(
            RoutingContext context, Function<Leases.Holder, LeaseDesk.Pending> change) {
        Optional<Leases.Holder> holder = QueryValues.flag(context, "dry-run") ? Optional.empty() : holder(context);
        return holder.<ResourceOperations.Along>map(named -> () -> change.apply(named))
                .orElse(ResourceOperations.Along.NOTHING);
    }

    /** Whom a request is about; empty where it is nobody, which is refused elsewhere. */
    private static Optional<Leases.Holder> holder(RoutingContext context) {
        try {
            return Optional.of(new Leases.Holder(
                    new TargetGroupId(QueryValues.path(context, "group")),
                    new TargetId(QueryValues.path(context, "target"))));
        } catch (IllegalArgumentException noName) {
            return Optional.empty();
        }
    }

    /** The lease is granted with the registration; without one the target stays until it is deregistered. */
    private LeaseDesk.Pending with(Leases.Holder holder, OptionalLong durationMs) {
        return durationMs.isPresent()
                ? desk.leases().grant(holder, durationMs.getAsLong())
                : desk.leases().forget(holder);
    }
}
