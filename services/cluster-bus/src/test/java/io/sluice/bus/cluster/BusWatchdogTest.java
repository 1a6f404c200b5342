// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Subscriptions that the cluster loses come back by themselves. */
class BusWatchdogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Members members = new Members(3);

    @AfterEach
    void stop() throws TimeoutException {
        members.close();
    }

    private static void serve(Vertx vertx, String address) throws TimeoutException {
        vertx.eventBus()
                .consumer(address, message -> message.reply("answer"))
                .completion()
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static boolean answers(Vertx asking, String address) {
        Future<?> answer = asking.eventBus().request(address, "question");
        await().atMost(PATIENCE).until(answer::isComplete);
        return answer.succeeded();
    }

    @Test
    void publishesAgainWhatTheClusterHasForgotten() throws TimeoutException {
        ClusterMember asking = members.member(0);
        ClusterMember serving = members.member(1);
        serve(serving.vertx(), "greeting");
        await().atMost(PATIENCE).until(() -> answers(asking.vertx(), "greeting"));
        long before = serving.busRepairs();
        // as a member does that hears of the other's loss too late
        asking.hazelcast().getMultiMap("__vertx.subs").clear();
        asking.hazelcast().getMap("__vertx.nodeInfo").clear();
        await().atMost(PATIENCE).until(() -> serving.busRepairs() > before);
        await().atMost(PATIENCE).until(() -> answers(asking.vertx(), "greeting"));
        await().atMost(PATIENCE)
                .until(() -> asking.hazelcast().getMap("__vertx.nodeInfo").size() == 2);
    }

    @Test
    void leavesAloneWhatIsInOrderAndWhatIsNoLongerServed() throws TimeoutException {
        ClusterMember member = members.member(0);
        serve(member.vertx(), "greeting");
        member.vertx()
                .eventBus()
                .consumer("farewell", message -> message.reply("answer"))
                .unregister()
                .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> member.busRepairs() == 0);
    }

    @Test
    void theBusOfMembersThatKeepNothingHealsWhenAKeeperIsBack() throws TimeoutException {
        ClusterMember keeper = members.member(0);
        ClusterMember asking = members.started(Members.starting(members.spec(1, false)));
        ClusterMember serving = members.started(Members.starting(members.spec(2, false)));
        serve(serving.vertx(), "greeting");
        await().atMost(PATIENCE).until(() -> answers(asking.vertx(), "greeting"));
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger all = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        all.addAppender(said);
        keeper.hazelcast().getLifecycleService().terminate();
        await().atMost(PATIENCE)
                .until(() ->
                        serving.owners().partitions() == 0 && asking.owners().partitions() == 0);
        // as one does that has just started
        Future<Void> late = serving.vertx()
                .eventBus()
                .consumer("late greeting", message -> message.reply("answer"))
                .completion();
        await().during(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> !late.isComplete());
        ClusterMember back = members.member(0);
        all.detachAppender(said);
        late.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(said.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .as("the keeper says that it has ended, and nobody else anything")
                .extracting(ILoggingEvent::getLoggerName)
                .containsExactly(MemberEnd.class.getName());
        assertThat(said.list)
                .filteredOn(event -> event.getMessage().startsWith("the last member with the role flow-hashing"))
                .as("one of each that stays")
                .hasSize(2);
        await().atMost(PATIENCE).until(() -> answers(asking.vertx(), "greeting"));
        await().atMost(PATIENCE).until(() -> answers(asking.vertx(), "late greeting"));
        await().atMost(PATIENCE).until(() -> answers(back.vertx(), "greeting"));
    }
}
