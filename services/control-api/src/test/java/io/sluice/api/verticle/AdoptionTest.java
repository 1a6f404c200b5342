// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.revision;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.Samples;
import io.sluice.api.WriteWorkers;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Vertx;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What other processes publish, while the desk is at something else. */
class AdoptionTest {

    private static final long LIMIT_S = 30;

    /** All there are: with one free, what comes first would not wait. */
    private static final int WRITE_THREADS = 2;

    private final Vertx vertx = Vertx.vertx();
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, () -> 0);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    /** Its author publishes both: what counts, and what lost there to another branch. */
    @Test
    void whatCountsMoreIsNotForgottenForWhatCameBehindIt() throws Exception {
        Adoption adoption = new Adoption(vertx, desk);
        CountDownLatch busy = new CountDownLatch(WRITE_THREADS);
        CountDownLatch free = new CountDownLatch(1);
        for (int thread = 0; thread < WRITE_THREADS; thread++) {
            WriteWorkers.run(vertx, () -> {
                busy.countDown();
                free.await();
                return true;
            });
        }
        assertThat(busy.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        adoption.accept(new ConfigChanged(revision(5, GW_2)));
        adoption.accept(new ConfigChanged(revision(9, GW_2)));
        adoption.accept(new ConfigChanged(revision(7, GW_2)));
        free.countDown();
        await().until(() -> cluster.revision().number() == 9);
    }
}
