// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.revision;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.Samples;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What other processes publish, while the desk is at something else. */
class AdoptionTest {

    private final Vertx vertx = Vertx.vertx();
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, () -> 0);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    /** Its author publishes both: what counts, and what lost there to another branch. */
    @Test
    void whatCountsMoreIsNotForgottenForWhatCameBehindIt() {
        Adoption adoption = new Adoption(vertx, desk);
        synchronized (desk) {
            adoption.accept(new ConfigChanged(revision(5, GW_2)));
            adoption.accept(new ConfigChanged(revision(9, GW_2)));
            adoption.accept(new ConfigChanged(revision(7, GW_2)));
        }
        await().until(() -> cluster.revision().number() == 9);
    }
}
