// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.BY_TEST;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.agree.AgreedButNotKept;
import io.sluice.api.agree.Agreement;
import io.sluice.api.agree.NoMajority;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.wire.RevisionDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a desk makes of ballots that are lost, left half done, or answered by nobody. */
class AgreedWritesTest {

    private static final long START_MS = 1_700_000_000_000L;

    private final ClusterView cluster = Samples.view(revision(START_MS), () -> 0);
    private final MemoryConfigStore store = new MemoryConfigStore();
    private final List<ConfigRevision> proposed = new ArrayList<>();
    private final Deque<Ballot> ballots = new ArrayDeque<>();

    /** One ballot as a test wants it. */
    private interface Ballot {
        Optional<Agreement.Attempt> begin() throws NoMajority;
    }

    private interface Vote {
        boolean of(ConfigRevision proposal) throws NoMajority;
    }

    private Ballot ballot(Optional<ConfigRevision> agreed, Vote vote) {
        return () -> Optional.of(new Agreement.Attempt() {
            @Override
            public Optional<ConfigRevision> agreed() {
                return agreed;
            }

            @Override
            public boolean write(ConfigRevision revision) throws NoMajority {
                proposed.add(revision);
                return vote.of(revision);
            }
        });
    }

    private ConfigDesk desk(RevisionStore kept) {
        return new ConfigDesk(cluster, kept, () -> ballots.remove().begin(), () -> START_MS);
    }

    private ConfigDesk.Outcome put(GatewayModel desired) throws StoreUnavailable {
        return desk(store).apply(desired, OptionalLong.empty(), false, BY_TEST);
    }

    /** What is in force may be another revision by then: an answer made of the old one would be wrong. */
    @Test
    void aBallotThatIsLostAnswersNothing() throws Exception {
        ConfigRevision agreed = RevisionDigest.child(cluster.revision(), START_MS + 1, GW_2, without(SECOND));
        ballots.add(Optional::empty);
        ballots.add(Optional::empty);
        ballots.add(ballot(Optional.of(agreed), proposal -> true));
        ballots.add(ballot(Optional.of(agreed), proposal -> true));
        ConfigDesk.Outcome outcome = desk(store).apply(revision(1).model(), OptionalLong.of(START_MS), false, BY_TEST);
        assertThat(outcome).isEqualTo(new ConfigDesk.Outdated(START_MS + 1));
        assertThat(ballots).isEmpty();
    }

    /** It was outvoted, and then nobody else was there: the change is the client's, and is made once. */
    @Test
    void whatItProposedItselfAndFindsAgainIsItsOwnChange() throws Exception {
        ballots.add(ballot(Optional.empty(), proposal -> false));
        ballots.add(
                () -> ballot(Optional.of(proposed.getFirst()), proposal -> true).begin());
        ConfigDesk.Done done = (ConfigDesk.Done) put(without(SECOND));
        assertThat(done.inForce()).isEqualTo(proposed.getFirst()).isEqualTo(cluster.revision());
        assertThat(done.changes()).isNotEmpty();
        assertThat(store.history(Long.MAX_VALUE, 9))
                .singleElement()
                .satisfies(entry -> assertThat(entry.origin()).isEqualTo(BY_TEST));
    }

    @Test
    void whatAnotherNodeMadeOfItsProposalHoldsItToo() throws Exception {
        ballots.add(ballot(Optional.empty(), proposal -> false));
        ballots.add(() -> {
            ConfigRevision mine = proposed.getFirst();
            ConfigRevision theirs = RevisionDigest.child(mine, mine.number() + 1, GW_2, without(FIRST));
            return ballot(Optional.of(theirs), proposal -> true).begin();
        });
        ConfigDesk.Done done = (ConfigDesk.Done) put(without(SECOND));
        assertThat(done.inForce()).isEqualTo(proposed.getFirst());
        assertThat(cluster.revision()).isEqualTo(proposed.getLast());
        assertThat(store.history(Long.MAX_VALUE, 9)).hasSize(2);
    }

    /** Another node settled it first, and said so. */
    @Test
    void whatAnotherNodePublishesOfItsOwnIsTheClientsInTheAudit() throws Exception {
        ConfigDesk desk = desk(store);
        ballots.add(ballot(Optional.empty(), proposal -> {
            throw new NoMajority("need 2 of 3 members", true);
        }));
        assertThatExceptionOfType(NoMajority.class)
                .isThrownBy(() -> desk.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST))
                .withMessageContaining("may yet take effect")
                .satisfies(none -> assertThat(none.mayTakeEffect()).isTrue());
        desk.adopt(proposed.getFirst());
        assertThat(cluster.revision()).isEqualTo(proposed.getFirst());
        assertThat(store.history(Long.MAX_VALUE, 9))
                .singleElement()
                .satisfies(entry -> assertThat(entry.origin()).isEqualTo(BY_TEST));
    }

    @Test
    void whoWasOutvotedAndThenFindsNobodyDoesNotKnow() {
        ballots.add(ballot(Optional.empty(), proposal -> false));
        ballots.add(() -> {
            throw new NoMajority("need 2 of 3 members", false);
        });
        assertThatExceptionOfType(NoMajority.class)
                .isThrownBy(() -> put(without(SECOND)))
                .withMessage("need 2 of 3 members; the change may yet take effect when they can be");
    }

    @Test
    void whoFindsNobodyAtOnceHasChangedNothing() {
        ballots.add(() -> {
            throw new NoMajority("need 2 of 3 members", false);
        });
        assertThatExceptionOfType(NoMajority.class)
                .isThrownBy(() -> put(without(SECOND)))
                .withMessage("need 2 of 3 members; nothing has changed")
                .satisfies(none -> assertThat(none.mayTakeEffect()).isFalse());
    }

    @Test
    void whatIsAgreedOnAndCannotBeKeptMayYetTakeEffect() {
        ballots.add(ballot(Optional.empty(), proposal -> true));
        ConfigDesk desk = desk(new BrokenStore());
        assertThatExceptionOfType(AgreedButNotKept.class)
                .isThrownBy(() -> desk.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST))
                .withMessageContaining("the disk is full")
                .satisfies(notKept -> assertThat(notKept.mayTakeEffect()).isTrue());
        assertThat(cluster.revision()).isEqualTo(revision(START_MS));
    }

    /** A node that hangs keeps a writer waiting; nobody else. */
    @Test
    @Timeout(30)
    void whileAWriteWaitsForVotesEverythingElseGoesOn() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        ballots.add(ballot(Optional.empty(), proposal -> {
            asked.countDown();
            return await(answered);
        }));
        ConfigDesk desk = desk(store);
        FutureTask<ConfigDesk.Outcome> writing =
                new FutureTask<>(() -> desk.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST));
        Thread.ofPlatform().start(writing);
        await(asked);
        ConfigRevision edited = new ConfigRevision(START_MS + 60_000, GW_2, without(FIRST));
        desk.adopt(edited);
        assertThat(cluster.revision()).isEqualTo(edited);
        assertThat(desk.unchanged(declared -> declared)).contains(new ConfigDesk.Done(edited, List.of()));
        assertThat(desk.apply(without(SECOND), OptionalLong.empty(), true, BY_TEST))
                .isInstanceOf(ConfigDesk.Done.class);
        answered.countDown();
        assertThat(writing.get()).isInstanceOf(ConfigDesk.Done.class);
        assertThat(cluster.revision())
                .as("a file that was edited counts by its time")
                .isEqualTo(edited);
    }

    /** Another node was faster: what it published is being taken at the moment this one settles what came before it. */
    @Test
    @Timeout(60)
    void whatCountsMoreAndComesWhileSomethingIsSettledIsNotLost() throws Exception {
        ConfigRevision left = RevisionDigest.child(cluster.revision(), START_MS + 1, GW_2, without(SECOND));
        ConfigRevision newer = RevisionDigest.child(left, START_MS + 2, GW_2, without(FIRST));
        Thread settling = Thread.currentThread();
        CountDownLatch taking = new CountDownLatch(1);
        ConfigDesk desk = new ConfigDesk(cluster, store, () -> ballots.remove().begin(), () -> {
            if (Thread.currentThread() != settling) { // it takes what was published, and asks for the time of its entry
                taking.countDown();
                Awaitility.await().until(() -> settling.getState() == Thread.State.BLOCKED);
            }
            return START_MS;
        });
        FutureTask<Boolean> adopting = new FutureTask<>(() -> {
            desk.adopt(newer);
            return true;
        });
        ballots.add(ballot(Optional.of(left), proposal -> {
            Thread.ofPlatform().start(adopting);
            return await(taking);
        }));
        ballots.add(ballot(Optional.of(newer), proposal -> true));
        desk.edit(declared -> declared, false, BY_TEST);
        assertThat(adopting.get()).isTrue();
        assertThat(cluster.revision()).isEqualTo(newer);
        assertThat(store.lost(Long.MAX_VALUE, 9)).isEmpty();
        assertThat(store.newest())
                .hasValueSatisfying(newest -> assertThat(newest.revision()).isEqualTo(newer));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    // ------------------------------------------------------------ settlement

    private ConfigRevision start(GatewayModel file) throws StoreUnavailable {
        return new StartingConfiguration(store, Samples.GW_1, START_MS + 9).decide(new AppliedFile("a", file), false);
    }

    @Test
    void theFirstNodeOfAClusterProposesItsFile() throws Exception {
        ConfigRevision initial = start(without(SECOND));
        assertThat(initial).isEqualTo(new ConfigRevision(0, Samples.GW_1, without(SECOND)));
        assertThat(store.newest()).isEmpty();
        ClusterView view = Samples.view(Samples.GW_1, initial, () -> 0);
        ConfigDesk desk = new ConfigDesk(view, store, () -> ballots.remove().begin(), () -> START_MS);
        ballots.add(ballot(Optional.empty(), proposal -> true));
        new Settlement(desk, store, new AppliedFile("a", without(SECOND))).settle();
        assertThat(view.revision().number()).isEqualTo(START_MS);
        assertThat(view.revision().model()).isEqualTo(without(SECOND));
        assertThat(start(without(SECOND))).isEqualTo(view.revision());
    }

    /** Its data directory was emptied, or it is new: its file is not what the cluster agreed on since. */
    @Test
    void aNodeThatKnowsNothingTakesWhatTheClusterHasAndKeepsItsFileBack() throws Exception {
        ConfigRevision agreed = new ConfigRevision(START_MS - 60_000, GW_2, without(FIRST));
        ConfigRevision initial = start(without(SECOND));
        assertThat(agreed.supersedes(initial)).isTrue();
        ClusterView view = Samples.view(Samples.GW_1, initial, () -> 0);
        ConfigDesk desk = new ConfigDesk(view, store, () -> ballots.remove().begin(), () -> START_MS);
        ballots.add(ballot(Optional.of(agreed), proposal -> true));
        ballots.add(ballot(Optional.of(agreed), proposal -> true));
        new Settlement(desk, store, new AppliedFile("a", without(SECOND))).settle();
        assertThat(view.revision()).isEqualTo(agreed);
        assertThat(start(without(SECOND))).as("the same file again").isEqualTo(agreed);
    }

    /** It ended before it had settled anything, but had heard of what the others have. */
    @Test
    void aFileThatWasNeverAppliedIsNotTakenForOneThatWasEdited() throws Exception {
        ClusterView view = Samples.view(Samples.GW_1, start(without(SECOND)), () -> 0);
        ConfigRevision heard = new ConfigRevision(START_MS - 60_000, GW_2, without(FIRST));
        new ConfigDesk(view, store, () -> ballots.remove().begin(), () -> START_MS).adopt(heard);
        assertThat(start(without(SECOND))).isEqualTo(heard);
    }
}
