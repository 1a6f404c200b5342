// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.BY_TEST;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.agree.Agreement;
import io.sluice.api.agree.NoMajority;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.wire.RevisionDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConfigDeskTest {

    private static final long START_MS = 1_700_000_000_000L;

    private final AtomicLong clockMs = new AtomicLong(START_MS);
    private final ClusterView cluster = Samples.view(revision(START_MS), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, clockMs::get);

    private ConfigDesk.Outcome put(GatewayModel desired) throws Exception {
        return desk.apply(desired, OptionalLong.empty(), false, Samples.BY_TEST);
    }

    @Test
    void numbersItsRevisionsFromTheTimeItsProcessStarted() throws Exception {
        assertThat(desk.toPublish()).contains(revision(START_MS));
        assertThat(put(without(SECOND))).isInstanceOf(ConfigDesk.Done.class);
        assertThat(cluster.revision().number()).isEqualTo(START_MS + 1);
        assertThat(desk.toPublish()).contains(cluster.revision());
    }

    @Test
    void changesNothingInADryRun() throws Exception {
        ConfigDesk.Done plan =
                (ConfigDesk.Done) desk.apply(without(SECOND), OptionalLong.empty(), true, Samples.BY_TEST);
        assertThat(plan.changes()).hasSize(1);
        assertThat(cluster.revision()).isEqualTo(revision(START_MS));
    }

    @Test
    void makesNoRevisionOfWhatIsInForceAlready() throws Exception {
        assertThat(put(revision(1).model())).isEqualTo(new ConfigDesk.Done(revision(START_MS), List.of()));
        put(without(SECOND));
        assertThat(put(without(SECOND))).isEqualTo(new ConfigDesk.Done(cluster.revision(), List.of()));
    }

    @Test
    void replacesOnlyTheRevisionThatWasMeant() throws Exception {
        OptionalLong first = OptionalLong.of(START_MS);
        assertThat(desk.apply(without(SECOND), first, false, Samples.BY_TEST)).isInstanceOf(ConfigDesk.Done.class);
        assertThat(desk.apply(GatewayModel.EMPTY, first, false, Samples.BY_TEST))
                .isEqualTo(new ConfigDesk.Outdated(START_MS + 1));
        assertThat(cluster.revision().number()).isEqualTo(START_MS + 1);
    }

    @Test
    void aReplacementThatStartedLaterCountsWhateverItsNodeIsCalled() throws Exception {
        ConfigRevision old = revision(START_MS, GW_2);
        ConfigRevision replacement = new ConfigRevision(START_MS + 60_000, GW_1, without(SECOND));
        assertThat(GW_1.compareTo(GW_2)).isNegative();
        ClusterView elsewhere = Samples.view(old, () -> 0);
        Samples.hear(elsewhere, replacement);
        assertThat(elsewhere.revision()).isEqualTo(replacement);
        Samples.hear(elsewhere, old);
        assertThat(elsewhere.revision()).isEqualTo(replacement);
    }

    @Test
    void anOldRevisionEchoedToItsRestartedAuthorChangesNothing() throws Exception {
        for (long number : new long[] {1, START_MS - 1, START_MS, START_MS + 1_000}) {
            desk.adopt(new ConfigRevision(number, GW_1, GatewayModel.EMPTY));
            assertThat(cluster.revision()).as("number %d", number).isEqualTo(revision(START_MS));
            assertThat(desk.toPublish()).contains(revision(START_MS));
        }
    }

    @Test
    void doesNotCallAnotherProcessesRevisionItsOwnButBuildsOnIt() throws Exception {
        desk.adopt(RevisionDigest.child(cluster.revision(), START_MS + 5, GW_2, without(SECOND)));
        assertThat(desk.toPublish()).isEmpty();
        put(revision(1).model());
        assertThat(desk.toPublish()).singleElement().satisfies(own -> {
            assertThat(own.number()).isEqualTo(START_MS + 6);
            assertThat(own.author()).isEqualTo(GW_1);
        });
    }

    /** Its author is gone for good, and a node that was cut off or starts from an older one would never hear of it. */
    @Test
    void publishesAnotherProcessesRevisionWhileANodeIsBehind() throws Exception {
        ConfigRevision theirs = RevisionDigest.child(cluster.revision(), START_MS + 5, GW_2, without(SECOND));
        desk.adopt(theirs);
        cluster.accept(new NodeStatus(new NodeId("gw-3"), 1, List.of("ingress"), START_MS + 5));
        assertThat(desk.toPublish()).isEmpty();
        cluster.accept(new NodeStatus(new NodeId("gw-3"), 2, List.of("ingress"), START_MS));
        assertThat(desk.toPublish()).contains(theirs);
        cluster.accept(new NodeStatus(new NodeId("gw-3"), 2, List.of("ingress"), START_MS + 5));
        assertThat(desk.toPublish()).isEmpty();
    }

    /** Two nodes made each their own of the same parent: the one that does not count is kept, on both. */
    @Test
    void ofTwoBranchesTheOneThatDoesNotCountIsKeptAndShown() throws Exception {
        MemoryConfigStore kept = new MemoryConfigStore();
        ConfigDesk writer = new ConfigDesk(cluster, kept, clockMs::get);
        ConfigRevision parent = cluster.revision();
        writer.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST);
        ConfigRevision mine = cluster.revision();
        ConfigRevision theirs = RevisionDigest.child(parent, mine.number(), GW_2, without(FIRST));
        assertThat(theirs.supersedes(mine)).isTrue();
        writer.adopt(theirs);
        assertThat(cluster.revision()).isEqualTo(theirs);
        ConfigHistory history = new ConfigHistory(kept, writer);
        assertThat(history.conflicts(Long.MAX_VALUE, 10)).singleElement().satisfies(conflict -> {
            assertThat(conflict.author()).isEqualTo(GW_1);
            assertThat(conflict.lostTo()).isEqualTo(theirs.number() + " of gw-2");
            assertThat(conflict.entry().changes()).isNotEmpty();
            assertThat(history.conflict(conflict.number()).orElseThrow().revision())
                    .isEqualTo(mine);
            assertThat(history.conflict(conflict.number() + 1)).isEmpty();
        });
        assertThat(history.revision(mine.number()).orElseThrow().revision()).isEqualTo(theirs);
        // the other side hears of the loser, once or often
        MemoryConfigStore otherStore = new MemoryConfigStore();
        ConfigDesk other = new ConfigDesk(Samples.view(GW_2, theirs, () -> 0), otherStore, clockMs::get);
        other.adopt(mine);
        other.adopt(mine);
        ConfigHistory otherHistory = new ConfigHistory(otherStore, other);
        assertThat(otherHistory.conflicts(Long.MAX_VALUE, 10))
                .singleElement()
                .satisfies(conflict -> assertThat(otherHistory
                                .conflict(conflict.number())
                                .orElseThrow()
                                .revision())
                        .isEqualTo(mine));
    }

    /**
     * One that this process made.
     *
     * @param parent what it was made from, as the one in force was
     */
    private record Branch(ConfigRevision parent, ConfigRevision revision) {}

    /** Makes one, and takes another node's of the same parent, which is in force then. */
    private Branch branchThatLoses() throws Exception {
        ConfigRevision parent = cluster.revision();
        put(without(SECOND));
        ConfigRevision mine = cluster.revision();
        desk.adopt(RevisionDigest.child(parent, mine.number() + 1, GW_2, without(FIRST)));
        return new Branch(parent, mine);
    }

    /** It heard of the winner first, so that the others would never hear of its own branch. */
    @Test
    void whatLostHereIsToldToTheOthersForAWhile() throws Exception {
        Branch lost = branchThatLoses();
        ConfigRevision mine = lost.revision();
        ConfigRevision theirs = cluster.revision();
        assertThat(desk.toPublish())
                .as("behind the winner: who works with an older one must not take what lost")
                .containsExactly(theirs, mine);
        desk.adopt(RevisionDigest.child(theirs, theirs.number() + 1, GW_2, GatewayModel.EMPTY));
        clockMs.addAndGet(ConfigDesk.LOST_SAID_MS - 1);
        assertThat(desk.toPublish()).as("what follows is no branch").containsExactly(cluster.revision(), mine);
        put(without(FIRST));
        assertThat(desk.toPublish()).containsExactly(cluster.revision(), mine);
        clockMs.incrementAndGet();
        assertThat(desk.toPublish()).containsExactly(cluster.revision());
    }

    /** It could take what lost, where it has not heard of the winner, or does not take it as its own author's. */
    @Test
    void whatLostIsNotToldWhileANodeWorksWithAnOlderOne() throws Exception {
        Branch lost = branchThatLoses();
        ConfigRevision theirs = cluster.revision();
        cluster.accept(new NodeStatus(GW_2, 1, List.of("ingress"), lost.parent().number()));
        assertThat(desk.toPublish()).containsExactly(theirs);
        cluster.accept(new NodeStatus(GW_2, 2, List.of("ingress"), theirs.number()));
        assertThat(desk.toPublish()).containsExactly(theirs, lost.revision());
    }

    @Test
    void allThatLostOneAfterTheOtherIsTold() throws Exception {
        Branch lost = branchThatLoses();
        ConfigRevision mine = lost.revision();
        ConfigRevision second = cluster.revision();
        ConfigRevision third =
                RevisionDigest.child(lost.parent(), mine.number() + 2, new NodeId("gw-3"), GatewayModel.EMPTY);
        desk.adopt(third);
        assertThat(desk.toPublish()).containsExactly(third, mine, second);
    }

    /** Of one number the loser has the later author, and would be found first. */
    @Test
    void aLostRevisionIsNeverWhatARevisionsNumberFindsNorWhatAProcessStartsWith() throws Exception {
        MemoryConfigStore kept = new MemoryConfigStore();
        ConfigDesk writer = new ConfigDesk(cluster, kept, clockMs::get);
        ConfigRevision parent = cluster.revision();
        writer.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST);
        ConfigRevision mine = cluster.revision();
        writer.apply(without(FIRST), OptionalLong.empty(), false, BY_TEST);
        ConfigRevision inForce = cluster.revision();
        ConfigRevision theirs = RevisionDigest.child(parent, mine.number(), GW_2, GatewayModel.EMPTY);
        writer.adopt(theirs);
        ConfigHistory history = new ConfigHistory(kept, writer);
        assertThat(history.conflicts(Long.MAX_VALUE, 10)).hasSize(1);
        assertThat(history.revision(mine.number()).orElseThrow().revision()).isEqualTo(mine);
        assertThat(history.history(Long.MAX_VALUE, 10))
                .as("what was lost is in the list of conflicts")
                .extracting(entry -> entry.origin().isLost())
                .containsOnly(false);
        assertThat(kept.newest().orElseThrow().revision()).isEqualTo(inForce);
        assertThat(history.rollback(mine.number(), OptionalLong.empty(), false, "ci"))
                .isPresent();
        assertThat(cluster.revision().model().targetGroups())
                .as("not to what was lost, which has none")
                .isNotEmpty();
    }

    /** A node that makes branch after branch must not push out of the store what was in force. */
    @Test
    void howeverManyAreLostWhatWasInForceIsKept() throws Exception {
        MemoryConfigStore kept = new MemoryConfigStore();
        ConfigDesk writer = new ConfigDesk(cluster, kept, clockMs::get);
        ConfigRevision parent = cluster.revision();
        writer.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST);
        ConfigRevision mine = cluster.revision();
        for (int i = 0; i < 50; i++) {
            writer.adopt(RevisionDigest.child(parent, START_MS - i, GW_2, without(FIRST)));
        }
        ConfigHistory history = new ConfigHistory(kept, writer);
        List<ConfigHistory.Conflict> page = history.conflicts(Long.MAX_VALUE, 10);
        assertThat(page).hasSize(10);
        assertThat(history.conflicts(page.getLast().number() - 1, 100)).hasSize(40);
        assertThat(history.conflict(page.getFirst().number())).isPresent();
        assertThat(history.conflict(page.getLast().number())).as("kept no more").isEmpty();
        assertThat(kept.newest().orElseThrow().revision()).isEqualTo(mine);
        assertThat(history.revision(mine.number())).isPresent();
    }

    @Test
    void whatFollowsFromTheCurrentRevisionIsNoConflict() throws Exception {
        MemoryConfigStore kept = new MemoryConfigStore();
        ConfigDesk writer = new ConfigDesk(cluster, kept, clockMs::get);
        ConfigRevision first = RevisionDigest.child(cluster.revision(), START_MS + 1, GW_2, without(SECOND));
        ConfigRevision second = RevisionDigest.child(first, START_MS + 2, GW_2, without(FIRST));
        writer.adopt(second);
        writer.adopt(first);
        assertThat(cluster.revision()).isEqualTo(second);
        assertThat(new ConfigHistory(kept, writer).conflicts(Long.MAX_VALUE, 10))
                .isEmpty();
    }

    @Test
    void aRevisionThatCannotBeKeptDoesNotTakeEffect() {
        ConfigDesk writer = new ConfigDesk(cluster, new BrokenStore(), clockMs::get);
        ConfigRevision before = cluster.revision();
        ConfigRevision heard = RevisionDigest.child(before, START_MS + 1, GW_2, without(SECOND));
        assertThatThrownBy(() -> writer.adopt(heard)).hasMessageContaining("the disk is full");
        assertThat(cluster.revision()).isEqualTo(before);
    }

    /** Another node's write that was agreed on and not heard of yet comes first, and the precondition is of that one. */
    @Test
    void aWriteFollowsWhatWasAgreedOnThoughItWasNotHeardOf() throws Exception {
        ConfigRevision agreed = RevisionDigest.child(cluster.revision(), START_MS + 9, GW_2, without(SECOND));
        List<ConfigRevision> written = new ArrayList<>();
        Agreement agreement = () -> Optional.of(new Agreement.Attempt() {
            @Override
            public Optional<ConfigRevision> agreed() {
                return Optional.of(written.isEmpty() ? agreed : written.getLast());
            }

            @Override
            public boolean write(ConfigRevision revision) {
                return written.add(revision);
            }
        });
        ConfigDesk writer = new ConfigDesk(cluster, new MemoryConfigStore(), agreement, clockMs::get);
        assertThat(writer.apply(without(FIRST), OptionalLong.of(START_MS), false, BY_TEST))
                .isEqualTo(new ConfigDesk.Outdated(START_MS + 9));
        assertThat(cluster.revision()).isEqualTo(agreed);
        writer.apply(without(FIRST), OptionalLong.of(START_MS + 9), false, BY_TEST);
        assertThat(written).hasSize(2);
        assertThat(written.getLast().parent()).isEqualTo(RevisionDigest.of(agreed));
    }

    /** A writer died after the votes: who finds its revision publishes it, whether there is more to write or not. */
    @Test
    void whatAVanishedWriterLeftIsPublishedByWhoSettlesIt() throws Exception {
        ConfigRevision left = RevisionDigest.child(cluster.revision(), START_MS + 1, GW_2, without(SECOND));
        Agreement agreement = () -> Optional.of(new Agreement.Attempt() {
            @Override
            public Optional<ConfigRevision> agreed() {
                return Optional.of(left);
            }

            @Override
            public boolean write(ConfigRevision revision) {
                return true;
            }
        });
        ConfigDesk writer = new ConfigDesk(cluster, new MemoryConfigStore(), agreement, clockMs::get);
        ConfigDesk.Outcome nothingMore = writer.apply(left.model(), OptionalLong.empty(), false, BY_TEST);
        assertThat(nothingMore).isEqualTo(new ConfigDesk.Done(left, List.of()));
        assertThat(writer.toPublish()).contains(left);
    }

    /** The process ended between the votes and its store, and begins again with what the store has. */
    @Test
    void anAuthorTakesItsOwnRevisionThatWasMadeFromTheOneInForce() throws Exception {
        ConfigRevision agreed = RevisionDigest.child(cluster.revision(), START_MS + 1, GW_1, without(SECOND));
        desk.adopt(agreed);
        assertThat(cluster.revision()).isEqualTo(agreed);
    }

    @Test
    void withoutAMajorityNothingChanges() {
        ConfigDesk writer = new ConfigDesk(
                cluster,
                new MemoryConfigStore(),
                () -> {
                    throw new NoMajority("need 2 of 3 members", false);
                },
                clockMs::get);
        ConfigRevision before = cluster.revision();
        assertThatThrownBy(() -> writer.apply(without(FIRST), OptionalLong.empty(), false, BY_TEST))
                .isInstanceOf(NoMajority.class);
        assertThatThrownBy(() -> writer.edit(declared -> declared, false, BY_TEST))
                .as("what is in force may be another one by now")
                .isInstanceOf(NoMajority.class);
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void aRenewalNeedsAMajorityOnlyWhereItChangesSomething() throws Exception {
        ConfigDesk writer = new ConfigDesk(
                cluster,
                new MemoryConfigStore(),
                () -> {
                    throw new NoMajority("need 2 of 3 members", false);
                },
                clockMs::get);
        assertThat(writer.unchanged(declared -> declared)).contains(new ConfigDesk.Done(cluster.revision(), List.of()));
        assertThat(writer.unchanged(declared -> without(FIRST))).isEmpty();
        assertThatThrownBy(() -> writer.edit(declared -> without(FIRST), false, BY_TEST))
                .isInstanceOf(NoMajority.class);
    }

    @Test
    void t17TheAuthorEndsDrainingInTimeAndOthersStepInLater() throws Exception {
        put(without(SECOND));
        assertThat(desk.untilDrainedMs()).hasValue(300_000);
        Samples.hear(
                cluster,
                new ConfigRevision(START_MS + 2, GW_2, cluster.revision().model()));
        clockMs.addAndGet(300_000);
        assertThat(desk.removeDrained()).as("the author's turn").isFalse();
        assertThat(desk.untilDrainedMs()).hasValue(ConfigDesk.GRACE_MS);
        clockMs.addAndGet(ConfigDesk.GRACE_MS);
        assertThat(desk.removeDrained()).isTrue();
        assertThat(cluster.snapshot().targetCount()).isEqualTo(1);
        assertThat(desk.untilDrainedMs()).isEmpty();
        assertThat(desk.removeDrained()).isFalse();
    }
}
