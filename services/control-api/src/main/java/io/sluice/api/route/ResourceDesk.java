// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.LeaseDesk;
import io.sluice.api.ProblemCode;
import io.sluice.api.ResourceFragments;
import io.sluice.api.resource.Refusal;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.InvalidModelException;
import java.util.Optional;

/**
 * What routes of single resources work with.
 *
 * @param fragments reads and writes resources
 * @param desk makes revisions
 * @param cluster has the configuration in force, and health
 * @param leases of targets that registered themselves
 * @param publisher publishes a new revision; called from any thread
 */
public record ResourceDesk(
        ResourceFragments fragments, ConfigDesk desk, ClusterView cluster, LeaseDesk leases, Runnable publisher) {

    /**
     * Puts an edited document in force and publishes it, where it changes something: a renewed lease does not.
     *
     * @param kind kind of the resource that is edited
     * @param name its name
     * @param dryRun whether to plan only
     * @param origin whose doing it is
     * @param edit makes the next document
     * @throws Refusal where the edit refuses, or the whole does not go together
     * @throws StoreUnavailable where the next document cannot be kept
     */
    ConfigDesk.Done apply(String kind, String name, boolean dryRun, ChangeOrigin origin, ConfigDesk.Edit<Refusal> edit)
            throws Refusal, StoreUnavailable {
        long before = cluster.revision().number();
        ConfigDesk.Done done;
        try {
            done = ChangesJson.done(desk.edit(
                    declared -> {
                        GatewayModel next = edit.of(declared);
                        Optional<String> tooLarge = fragments.sizeRefusal(next);
                        if (tooLarge.isPresent()) {
                            throw Refusal.of(409, ProblemCode.CONFLICT, "", tooLarge.get());
                        }
                        return next;
                    },
                    dryRun,
                    origin));
        } catch (InvalidModelException invalid) {
            throw Refusal.of(kind, name, invalid);
        }
        if (!dryRun && done.revision() != before) {
            publisher.run();
        }
        return done;
    }

    /**
     * Whether an edit would change nothing, as {@link ConfigDesk#unchanged} says it.
     *
     * @param kind kind of the resource that is edited
     * @param name its name
     * @throws Refusal where the edit refuses, or the whole would not go together
     */
    Optional<ConfigDesk.Done> unchanged(String kind, String name, ConfigDesk.Edit<Refusal> edit) throws Refusal {
        try {
            return desk.unchanged(edit);
        } catch (InvalidModelException invalid) {
            throw Refusal.of(kind, name, invalid);
        }
    }
}
