// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Vni;
import java.util.LinkedHashSet;
import java.util.Set;

/** The names that a document declares. Of a fragment, which is a part of what nobody sees, no reference is judged. */
final class ModelNames {

    final DeclaredNames<TargetGroupId> groups = new DeclaredNames<>("target group", "target-groups");
    final DeclaredNames<LoadBalancerId> balancers = new DeclaredNames<>("load balancer", "load-balancers");
    final DeclaredNames<EndpointServiceId> services = new DeclaredNames<>("endpoint service", "endpoint-services");
    final DeclaredNames<EndpointId> endpoints = new DeclaredNames<>("endpoint", "endpoints");
    final DeclaredNames<Vni> vnis = new DeclaredNames<>("vni", "endpoints");
    private final Set<TargetGroupId> groupsInUse = new LinkedHashSet<>();

    /** Names of a whole document. */
    static ModelNames ofDocument() {
        return new ModelNames();
    }

    /** Names of a fragment. */
    static ModelNames ofFragment() {
        ModelNames names = new ModelNames();
        names.groups.incomplete();
        names.balancers.incomplete();
        names.services.incomplete();
        return names;
    }

    private ModelNames() {}

    /**
     * Takes the group of a load balancer's listener.
     *
     * @throws IllegalArgumentException where it is no name, there is no such group, or another load balancer has it
     */
    TargetGroupId use(String text) {
        TargetGroupId named = groups.refer(new TargetGroupId(text));
        if (!groupsInUse.add(named)) {
            throw new IllegalArgumentException(
                    "target group " + named + " is used by another load balancer: expected one that no other uses");
        }
        return named;
    }
}
