// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.PacketPolicy;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.transport.TcpFlyweight;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TCP segments that open nothing: dropped, reset or adopted (F-16, F-18, T14, architecture section 5, miss 3). */
class RecoveryWindowTest {

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private void midstream(String flags) {
        rig.fromEndpoint(plain(tcp(true, flags, 10)), ATTACHMENT);
    }

    private void isAdopted() {
        assertThat(rig.onlySentToTarget().payload()).hasSizeGreaterThan(80);
        assertThat(rig.table.provisionalFlows())
                .as("adopted flows are provisional")
                .isOne();
        assertThat(rig.shard.opening().adoptedCount()).isOne();
    }

    @Test
    void f16OutsideOfAWindowASegmentWithoutARecordIsDropped() {
        midstream("A");
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
        assertThat(rig.shard.openRecoveryWindows()).isZero();
    }

    @Test
    void f16InsideOfAWindowASegmentWithoutARecordIsAdopted() {
        rig.shard.startedAgain(350_000);
        assertThat(rig.shard.openRecoveryWindows()).isOne();
        midstream("A");
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        isAdopted();
    }

    @Test
    void f16TheWindowOfAStartEndsAfterTheIdleTimeout() {
        rig.shard.startedAgain(350_000);
        rig.nowMs += 349_999;
        assertThat(rig.shard.openRecoveryWindows()).isOne();
        rig.nowMs += 1;
        assertThat(rig.shard.openRecoveryWindows()).isZero();
        midstream("A");
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
    }

    @Test
    void f16InsideOfAWindowNothingIsReset() {
        rig = new ShardRig(new RigModel().resetOnIdleTimeout());
        rig.shard.startedAgain(350_000);
        midstream("A");
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        isAdopted();
        assertThat(rig.endpointPort.take()).isEmpty();
    }

    /** The authority cannot be reached: the segment waits, is asked for again, and only then adopted. */
    @Test
    void f16ASilentAuthorityIsAskedAgainBeforeTheFlowIsAdopted() {
        midstream("A");
        for (int tries = 0; tries < 5; tries++) {
            rig.noAnswer();
            assertThat(rig.sentToTargets()).isEmpty();
            assertThat(rig.shard.openRecoveryWindows()).isOne();
            rig.nowMs += 99;
            rig.shard.opening().tick();
            assertThat(rig.asked).as("asked again").hasSize(1);
        }
        rig.noAnswer();
        rig.nowMs += 99;
        rig.shard.opening().tick();
        isAdopted();
    }

    @Test
    void aRecordThatComesOnTheSecondQuestionCounts() {
        midstream("A");
        rig.noAnswer();
        isAskedForAgain();
    }

    /** After it answers again, the flows of this table are offered to it first. */
    @Test
    void theWindowOfASilentAuthorityEndsSomeSecondsAfterItAnswers() {
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.noAnswer();
        rig.fromEndpoint(plain(udp(2, 1)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
        assertThat(rig.shard.openRecoveryWindows()).isOne();
        rig.nowMs += RecoveryWindow.SETTLE_MS - 1;
        assertThat(rig.shard.openRecoveryWindows()).isOne();
        rig.nowMs += 1;
        assertThat(rig.shard.openRecoveryWindows()).isZero();
    }

    /** T14, T15: in answer to the segment, with its own numbers, at the endpoint it came from. */
    @Test
    void t14ASegmentWithoutAFlowIsAnsweredWithAResetWhereTheListenerSaysSo() {
        rig = new ShardRig(new RigModel().resetOnIdleTimeout());
        byte[] segment = io.sluice.testkit.PacketBuilder.ipv4()
                .from(CLIENT)
                .to(SERVER)
                .tcp(40_000, 443)
                .sequenceNumber(1_000)
                .acknowledgmentNumber(77_777)
                .flags("A")
                .payloadBytes(10)
                .build();
        rig.fromEndpoint(plain(segment), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        RecordingPort.Sent reset = rig.onlyDelivered();
        assertThat(reset.address()).isEqualTo(ATTACHMENT);
        assertThat(Arrays.copyOf(reset.payload(), 8)).isEqualTo(Arrays.copyOf(plain(segment), 8));
        ByteBuffer inner =
                ByteBuffer.wrap(reset.payload(), 8, reset.payload().length - 8).slice();
        assertThat(inner.remaining()).isEqualTo(40);
        assertThat(inner.getInt(12)).as("from the server").isEqualTo(0xCB00_710A);
        assertThat(inner.getInt(16)).as("to the client").isEqualTo(0x0A14_0005);
        assertThat(inner.getShort(20) & 0xFFFF).isEqualTo(443);
        assertThat(inner.getInt(24)).as("seq = SEG.ACK").isEqualTo(77_777);
        assertThat(inner.get(33)).isEqualTo((byte) TcpFlyweight.RST);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
        assertThat(rig.shard.answers().resetCount()).isOne();
    }

    @Test
    void t15AResetIsNeverAnswered() {
        rig = new ShardRig(new RigModel().resetOnIdleTimeout());
        for (String flags : new String[] {"R", "RA"}) {
            midstream(flags);
            rig.refuse(FlowOpenedBatch.NO_FLOW);
        }
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 2L));
    }

    /** Contradiction 6 of the sheet, as a switch. */
    @Test
    void midstreamPickupOpensAFlowWithAnySegment() {
        rig = new ShardRig(new RigModel().packets(new PacketPolicy(true, true, false, 0, true, 8_500)));
        midstream("A");
        assertThat(rig.intents()).containsExactly(FlowOpenBatch.OPEN);
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }

    /** A stray segment of the tuple's last connection comes before the SYN of the next. */
    @Test
    void aStraySegmentDoesNotDecideForTheSynBehindIt() {
        midstream("A");
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        assertThat(rig.asked).hasSize(2);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        assertThat(rig.intents()).containsExactly(FlowOpenBatch.OPEN);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(tcp(true, "S", 0), COOKIE));
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TCP_NOT_SYN, 1L));
    }

    /** SYN, RST and the SYN of the next connection all wait for one answer. */
    @Test
    void f20ASynHeldBehindAResetOpensTheNextFlow() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        midstream("R");
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        midstream("A");
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.sentToTargets()).hasSize(2);
        assertThat(rig.asked).hasSize(1);
        assertThat(rig.asked.getFirst().batch().cookies()).containsExactly(COOKIE);
        rig.answer(TARGET_A, COOKIE + 1);
        assertThat(rig.sentToTargets())
                .extracting(RecordingPort.Sent::payload)
                .containsExactly(
                        encapsulated(tcp(true, "S", 0), COOKIE + 1), encapsulated(tcp(true, "A", 10), COOKIE + 1));
    }

    /** What waits is asked for once more, and goes where the answer says. */
    private void isAskedForAgain() {
        rig.nowMs += 100;
        rig.shard.opening().tick();
        rig.answer(TARGET_B, COOKIE);
        assertThat(rig.onlySentToTarget().address()).isEqualTo(FW_B);
        assertThat(rig.table.provisionalFlows()).isZero();
    }

    /** The authority names a target of a configuration that has not come here yet. */
    @Test
    void aTargetThatIsNotKnownYetIsWaitedFor() {
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.answer(new io.sluice.model.id.TargetRef(GROUP, new io.sluice.model.id.TargetId("fw-c"), 2), COOKIE);
        assertThat(rig.sentToTargets()).isEmpty();
        assertThat(rig.shard.opening().heldPackets()).isOne();
        isAskedForAgain();
    }

    /** P1: another node knows the flow, as one has gone; what this node would pick today may be somewhere else. */
    @Test
    void p1APacketThatBeginsNothingWaitsForItsRecordWhileFlowsChangeNodes() {
        rig.decidesAll(1);
        rig.decidesAll(2);
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        rig.noAnswer();
        assertThat(rig.sentToTargets()).isEmpty();
        isAskedForAgain();
    }

    /** It waits no longer than any other. */
    @Test
    void aPacketThatBeginsNothingIsDecidedHereInTheEnd() {
        rig.decidesAll(1);
        rig.decidesAll(2);
        rig.fromEndpoint(plain(udp(1, 1)), ATTACHMENT);
        for (int waitedMs = 0; waitedMs < FlowOpening.WAIT_MAX_MS; waitedMs += 100) {
            rig.noAnswer();
            rig.nowMs += 100;
            rig.shard.opening().tick();
        }
        rig.onlySentToTarget();
        assertThat(rig.table.provisionalFlows()).isOne();
    }

    /** A SYN is a new flow whatever happens to nodes: nobody waits for its record. */
    @Test
    void aSynIsDecidedHereAtOnceAlsoWhileFlowsChangeNodes() {
        rig.decidesAll(1);
        rig.decidesAll(2);
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.noAnswer();
        rig.onlySentToTarget();
    }

    /** An authority that has started anew knows nothing yet, whether or not it was ever asked in vain. */
    @Test
    void f16AnAuthorityThatHasStartedAnewIsNotBelievedAtOnce() {
        rig.decidesAll(1_000);
        assertThat(rig.shard.openRecoveryWindows()).as("the first one heard of").isZero();
        rig.decidesAll(2_000);
        assertThat(rig.shard.openRecoveryWindows()).isOne();
        midstream("A");
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        isAdopted();
    }

    /** The SYN may be forged: the segment that waits is not reset for it, as nothing is proven yet. */
    @Test
    void f16ASynBehindAWaitingSegmentGetsItNoReset() {
        rig = new ShardRig(new RigModel().resetOnIdleTimeout());
        midstream("A");
        rig.noAnswer();
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        assertThat(rig.endpointPort.take()).isEmpty();
        rig.answer(TARGET_A, COOKIE);
        rig.onlySentToTarget();
    }

    /** The record went away between question and answer: what may open a flow asks again. */
    @Test
    void f20ASynWhoseRecordHasJustEndedIsAskedForAgain() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.refuse(FlowOpenedBatch.NO_FLOW);
        rig.nowMs += 100;
        rig.shard.opening().tick();
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(encapsulated(tcp(true, "S", 0), COOKIE));
    }
}
