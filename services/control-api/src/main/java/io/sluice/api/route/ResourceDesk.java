// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.LeaseDesk;
import io.sluice.api.ResourceFragments;
import io.sluice.api.resource.Refusal;
import io.sluice.model.config.InvalidModelException;

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
     * @param edit makes the next document
     * @throws Refusal where the edit refuses, or the whole does not go together
     */
    ConfigDesk.Done apply(String kind, String name, boolean dryRun, ConfigDesk.Edit<Refusal> edit) throws Refusal {
        long before = cluster.revision().number();
        ConfigDesk.Done done;
        try {
            done = ChangesJson.done(desk.edit(edit, dryRun));
        } catch (InvalidModelException invalid) {
            throw Refusal.of(kind, name, invalid);
        }
        if (!dryRun && done.revision() != before) {
            publisher.run();
        }
        return done;
    }
}
