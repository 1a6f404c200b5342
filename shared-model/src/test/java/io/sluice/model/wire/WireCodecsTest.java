// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.Admission;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.NodeStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireCodecsTest {

    private static final long SEED = 0x51_0CE5_2026L;
    private static final int RANDOM_ROUNDS = 20_000;

    static Stream<WireCase<?>> cases() {
        return WireCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void writesTheCommittedBytes(WireCase<?> message) {
        assertThat(HexFormat.of().formatHex(message.encoded()))
                .isEqualTo(HexFormat.of().formatHex(message.fixture()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsTheCommittedBytes(WireCase<?> message) {
        assertThat((Object) message.decode(message.fixture())).isEqualTo(message.sample());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsFromTheMiddleOfAnyBuffer(WireCase<?> message) {
        byte[] fixture = message.fixture();
        ByteBuffer buffer = ByteBuffer.allocateDirect(fixture.length + 9).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(5).put(fixture).flip().position(5);
        assertThat((Object) message.codec().decode(buffer)).isEqualTo(message.sample());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesAMessageCutAtAnyByte(WireCase<?> message) {
        byte[] fixture = message.fixture();
        for (int bytes = 0; bytes < fixture.length; bytes++) {
            byte[] cut = Arrays.copyOf(fixture, bytes);
            assertThatThrownBy(() -> message.decode(cut))
                    .as("%d of %d bytes", bytes, fixture.length)
                    .isInstanceOf(WireFormatException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void refusesBytesAfterTheLastField(WireCase<?> message) {
        byte[] fixture = message.fixture();
        byte[] longer = Arrays.copyOf(fixture, fixture.length + 1);
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> message.decode(longer))
                .withMessage(
                        "%s.end at byte %d: 1 bytes after the last field",
                        message.codec().name(), fixture.length)
                .satisfies(refusal -> assertThat(refusal.position()).isEqualTo(fixture.length));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhichVersionsItKnows(WireCase<?> message) {
        byte[] newer = message.fixture();
        newer[0] = (byte) (message.codec().version() + 1);
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> message.decode(newer))
                .withMessage(
                        "%s.version at byte 0: version %d: known are 1%s",
                        message.codec().name(),
                        message.codec().version() + 1,
                        message.codec().version() == 1
                                ? ""
                                : " to " + message.codec().version());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsRandomBytesOrRefusesThem(WireCase<?> message) {
        Random random = new Random(SEED);
        for (int round = 0; round < RANDOM_ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) message.version();
            }
            isReadAsWrittenOrRefused(message, bytes, round);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsAChangedMessageOrRefusesIt(WireCase<?> message) {
        Random random = new Random(SEED);
        byte[] fixture = message.fixture();
        for (int round = 0; round < RANDOM_ROUNDS; round++) {
            byte[] bytes = fixture.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                int at = random.nextInt(bytes.length);
                bytes[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (bytes[at] + random.nextInt(3) - 1);
            }
            isReadAsWrittenOrRefused(message, bytes, round);
        }
    }

    private static void isReadAsWrittenOrRefused(WireCase<?> message, byte[] bytes, int round) {
        byte[] again;
        try {
            again = message.again(bytes);
        } catch (WireFormatException refusal) {
            assertThat(refusal.position()).isBetween(0, bytes.length);
            return;
        } catch (RuntimeException other) {
            throw new AssertionError(
                    "%s, seed %d, round %d: %s"
                            .formatted(message, SEED, round, HexFormat.of().formatHex(bytes)),
                    other);
        }
        assertThat(again).as("%s, seed %d, round %d", message, SEED, round).isEqualTo(bytes);
    }

    @Test
    void everyMessageOfEveryAddressHasOneCodecAndOneSample() {
        Set<Class<?>> carried = new HashSet<>();
        for (BusAddress<?, ?> address : BusAddresses.ALL) {
            carried.add(address.request());
            if (address.reply() != Void.class) {
                carried.add(address.reply());
            }
        }
        assertThat(WireCodecs.ALL).extracting(WireCodec::type).doesNotHaveDuplicates();
        List<Class<?>> types = new ArrayList<>();
        WireCodecs.ALL.forEach(codec -> types.add(codec.type()));
        assertThat(types).containsExactlyInAnyOrderElementsOf(carried);
        assertThat(WireSamples.ALL).as("the messages, and a flow's record").hasSize(types.size() + 1);
        assertThatThrownBy(() -> WireCodecs.ALL.removeFirst()).isInstanceOf(UnsupportedOperationException.class);
    }

    /** A node that is not upgraded reads a report as long as there is nothing in it that it does not know. */
    @Test
    void theOldestVersionThatHasRoomIsWritten() {
        for (WireCase<?> message : WireCase.all().toList()) {
            assertThat(message.encoded()[0]).as("%s", message).isEqualTo((byte) message.version());
        }
        byte[] roomToSpare =
                HexFormat.of().parseHex("02" + "000161" + "00".repeat(16) + "00000000" + "00" + "00000000");
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> new HealthChangedCodec().decode(ByteBuffer.wrap(roomToSpare)))
                .withMessageContaining("nothing of a take-over: expected version 1 then");
    }

    @Test
    void everyConstantOfEveryEnumHasACode() {
        assertThat(TargetHealthCodec.STATE.constants()).containsExactlyInAnyOrder(HealthState.values());
        assertThat(TargetHealthCodec.REASON.constants()).containsExactlyInAnyOrder(HealthReason.values());
        assertThat(FlowListReplyCodec.STATE.constants()).containsExactlyInAnyOrder(FlowState.values());
        assertThat(FlowEventsCodec.CHANGE.constants()).containsExactlyInAnyOrder(FlowEvents.Change.values());
        assertThat(FlowEventsCodec.END.constants()).containsExactlyInAnyOrder(FlowEnd.values());
        assertThat(TargetObservedCodec.VERDICT.constants()).containsExactlyInAnyOrder(DataPathVerdict.State.values());
        assertThat(FailurePolicyCodec.FAILOVER.constants()).containsExactlyInAnyOrder(TargetFailover.values());
        assertThat(FailurePolicyCodec.FAIL_OPEN.constants()).containsExactlyInAnyOrder(FailOpen.values());
        assertThat(LoadBalancerCodec.IP_ADDRESS_TYPE.constants()).containsExactlyInAnyOrder(IpAddressType.values());
        assertThat(EndpointCodec.ADMISSION.constants()).containsExactlyInAnyOrder(Admission.values());
        assertThat(EndpointCodec.INNER.constants()).containsExactlyInAnyOrder(InnerKind.values());
        assertThat(HealthCheckSpecCodec.PROTOCOL.constants())
                .containsExactlyInAnyOrder(HealthCheckSpec.Protocol.values());
    }

    @Test
    void refusesACountBeforeItAllocatesForIt() {
        byte[] hugeCount = HexFormat.of().parseHex("01" + "0001" + "61" + "00010000" + "00");
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> new FlowClosedBatchCodec().decode(ByteBuffer.wrap(hugeCount)))
                .withMessage("FlowClosedBatch.flows at byte 4: a count of 65536, at least 53 bytes each, where 1 are"
                        + " left");
        byte[] overLimit = HexFormat.of().parseHex("01" + "0001" + "61" + "7fffffff" + "00");
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> new FlowClosedBatchCodec().decode(ByteBuffer.wrap(overLimit)))
                .withMessage("FlowClosedBatch.flows at byte 4: a count of 2147483647: expected 0 to 65536");
    }

    @Test
    void namesTheFieldWhoseValueARecordRefuses() {
        byte[] badNode = HexFormat.of().parseHex("01" + "0003" + "612062");
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> new FlowClosedBatchCodec().decode(ByteBuffer.wrap(badNode)))
                .withMessageStartingWith("FlowClosedBatch.sender at byte 1: 'a b' is no node id")
                .satisfies(refusal -> assertThat(refusal.field()).isEqualTo("FlowClosedBatch.sender"));
    }

    @Test
    void refusesTextThatIsNoUtf8() {
        byte[] badRole = new NodeStatusCodec().encode(new NodeStatus(new NodeId("a"), 1, List.of("ab"), 2));
        badRole[badRole.length - Long.BYTES - 2] = (byte) 0xC3;
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> new NodeStatusCodec().decode(ByteBuffer.wrap(badRole)))
                .withMessage("NodeStatus.role at byte 16: a text that is no UTF-8");
    }

    @Test
    void doesNotWriteWhatReadersRefuse() {
        int flows = WireLimits.BATCH_MAX + 1;
        var tooMany = new FlowClosedBatch(new NodeId("a"), new long[flows * FlowKey.WORDS], new int[flows]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FlowClosedBatchCodec().encode(tooMany))
                .withMessage("flows has 65537 entries: expected at most 65536");
        var longRole = new NodeStatus(new NodeId("a"), 1, List.of("r".repeat(129)), 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NodeStatusCodec().encode(longRole))
                .withMessage("role has 129 bytes: expected at most 128");
        var halfACharacter = new NodeStatus(new NodeId("a"), 1, List.of("\uD800"), 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NodeStatusCodec().encode(halfACharacter))
                .withMessage("role is no Unicode text");
    }

    /** One to four bytes a character, the last of a pair of surrogates. */
    @Test
    void textsOfEveryLengthOfCharacterAreReadAsWritten() throws Exception {
        var roles =
                new NodeStatus(new NodeId("a"), 1, List.of("a", "é", "€", "\uD83D\uDD25", "a€\uD83D\uDD25é", ""), 2);
        byte[] bytes = new NodeStatusCodec().encode(roles);
        assertThat(new NodeStatusCodec().decode(ByteBuffer.wrap(bytes))).isEqualTo(roles);
    }

    /** Equal tags have equal bytes: keys come in order. */
    @Test
    void refusesTagsThatAreOutOfOrder() {
        byte[] twoTags = HexFormat.of().parseHex("00000002" + "000162" + "0000" + "000161" + "0000");
        assertThatExceptionOfType(WireFormatException.class)
                .isThrownBy(() -> TagsCodec.read(new WireReader("Tags", ByteBuffer.wrap(twoTags))))
                .withMessageContaining("'a' after 'b': expected keys in order, each once");
    }

    @Test
    void carriesTheLargestBatch() {
        int flows = WireLimits.BATCH_MAX;
        var largest = new FlowClosedBatch(new NodeId("a"), new long[flows * FlowKey.WORDS], new int[flows]);
        FlowClosedBatchCodec codec = new FlowClosedBatchCodec();
        assertThat(codec.decode(ByteBuffer.wrap(codec.encode(largest)))).isEqualTo(largest);
    }
}
