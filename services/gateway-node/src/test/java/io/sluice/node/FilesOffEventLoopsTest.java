// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.agree.Voter;
import io.sluice.api.verticle.VoterVerticle;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.ConfigVote;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node keeps beside its store waits for the disk, and no event loop waits with it: as the JVM recorded it. */
class FilesOffEventLoopsTest {

    private static final long LIMIT_S = 60;
    private static final String FORCED = "jdk.FileForce";
    private static final NodeId SELF = new NodeId("gw-1");
    private static final ConfigRevision REVISION = new ConfigRevision(7, new NodeId("gw-2"), GatewayModel.EMPTY);

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path directory;

    @AfterEach
    void close() throws Exception {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    @Test
    void votesAndTheLastKnownGoodCopyAreForcedToTheDiskByOtherThreads() throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(FORCED).withoutThreshold();
            recording.start();
            voteAndHear();
            recording.stop();
            Path file = directory.resolve("recording.jfr");
            recording.dump(file);
            assertThat(forcingThreads(file))
                    .as("threads that waited for the disk")
                    .hasSizeGreaterThanOrEqualTo(3)
                    .noneMatch(thread -> thread.contains("eventloop"));
        }
    }

    private void voteAndHear() throws Exception {
        TypedBus bus = new TypedBus(vertx, SELF, new BusCounters());
        Voter voter = new Voter(SELF, Voter.State.NEW, new VoteFile(directory, SELF));
        vertx.deployVerticle(new VoterVerticle(bus, SELF, voter)).await(LIMIT_S, TimeUnit.SECONDS);
        LastKnownGood copy = new LastKnownGood(directory);
        vertx.deployVerticle(new LastKnownGoodVerticle(bus, copy)).await(LIMIT_S, TimeUnit.SECONDS);
        for (long round = 1; round <= 2; round++) {
            Ballot ballot = new Ballot(round, SELF);
            assertThat(bus.request(BusAddresses.CONFIG_VOTE.at(SELF), new ConfigVote(ballot, null))
                            .await(LIMIT_S, TimeUnit.SECONDS)
                            .granted())
                    .isTrue();
            assertThat(new VoteFile(directory, SELF).read().promised())
                    .as("on the disk before the answer leaves")
                    .isEqualTo(ballot);
        }
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(REVISION));
        await().atMost(Duration.ofSeconds(LIMIT_S)).until(() -> !copy.lacks(REVISION));
    }

    private static List<String> forcingThreads(Path file) throws Exception {
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(FORCED))
                .map(RecordedEvent::getThread)
                .map(thread -> String.valueOf(thread == null ? null : thread.getJavaName()))
                .toList();
    }
}
