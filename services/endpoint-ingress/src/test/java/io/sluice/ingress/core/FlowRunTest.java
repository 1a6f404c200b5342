// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.VNI;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.flow.core.FlowTable;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** When a run goes on, and what ends it. */
class FlowRunTest {

    private static final long HOME = 1L << 60;

    private final FlowTable table = new FlowTable(64, 1, 1);
    private final FlowRun run = new FlowRun(table);
    private final EndpointEntry endpoint = new ShardRig().state.endpoints().byVni(VNI);
    private final InnerPacket inner = new InnerPacket();

    private InnerPacket packet(int sourcePort) {
        byte[] bytes = PacketBuilder.ipv4()
                .from("10.0.0.1")
                .to("10.9.0.1")
                .udp(sourcePort, 53)
                .build();
        assertThat(inner.parse(ByteBuffer.wrap(bytes), 0, bytes.length, 0x0800)).isEqualTo(DecodeStatus.OK);
        return inner;
    }

    /** A flow with a home of its own in the table. */
    private int flow(long number, long hash) {
        long[] key = new long[FlowKey.WORDS];
        key[0] = endpoint.id;
        key[1] = number;
        key[FlowKey.TRAITS_WORD] = 1L << 16;
        return table.insert(key, 0, hash, 0, 7, 0, 0, true, false, 60_000, 0, 0);
    }

    private int next(int sourcePort) {
        return run.entry(endpoint, packet(sourcePort), Stickiness.FIVE_TUPLE);
    }

    @Test
    void answersTheFlowOfThePacketBeforeToOneOfTheSameTuple() {
        int entry = flow(1, HOME);
        assertThat(next(5_000)).as("before the first").isEqualTo(FlowTable.NONE);
        run.found(entry, endpoint, packet(5_000), Stickiness.FIVE_TUPLE);
        assertThat(next(5_000)).isEqualTo(entry);
        assertThat(next(5_000)).as("again").isEqualTo(entry);
        assertThat(next(5_001)).as("another tuple").isEqualTo(FlowTable.NONE);
        run.end();
        assertThat(next(5_000)).as("ended").isEqualTo(FlowTable.NONE);
    }

    @Test
    void endsWhereAFlowWasRemoved() {
        int entry = flow(1, HOME);
        int other = flow(2, HOME << 1);
        run.found(entry, endpoint, packet(5_000), Stickiness.FIVE_TUPLE);
        table.remove(other);
        assertThat(next(5_000)).isEqualTo(FlowTable.NONE);
    }

    @Test
    void endsWhereAnInsertedFlowTakesItsPlaceAndNotWhereItTakesAFreeOne() {
        int before = flow(1, HOME);
        int entry = flow(2, HOME + (1L << 58)); // the next home behind it
        run.found(entry, endpoint, packet(5_000), Stickiness.FIVE_TUPLE);
        flow(3, HOME << 1);
        assertThat(next(5_000)).as("a flow elsewhere").isEqualTo(entry);
        for (int number = 10; number < 14; number++) {
            flow(number, HOME);
        }
        assertThat(entry).as("two slots behind the home of all these").isEqualTo(before + 2);
        assertThat(next(5_000)).as("moved on").isEqualTo(FlowTable.NONE);
    }
}
