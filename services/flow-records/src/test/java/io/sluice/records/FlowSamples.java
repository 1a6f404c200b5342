// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.List;

/** Flows by number. */
public final class FlowSamples {

    private static final long BEGIN_MS = 1_795_000_000_000L;
    private static final NodeId NODE = new NodeId("gw-1");
    private static final TargetRef[] TARGETS = new TargetRef[8];

    static {
        for (int target = 0; target < TARGETS.length; target++) {
            TARGETS[target] = new TargetRef(new TargetGroupId("firewalls"), new TargetId("10.1.0." + target), 1);
        }
    }

    private FlowSamples() {}

    /** A TCP flow of IPv4. */
    public static FlowKey key(int number) {
        return FlowKey.copyOf(
                new long[] {
                    0xA1B2_C3D4_E5F6_0718L,
                    0,
                    0x0A00_0000L + (number >>> 16),
                    0,
                    0x0B00_0000L + number % 251,
                    FlowKey.traits(443, number & 0xFFFF, 6, 4, Stickiness.FIVE_TUPLE)
                },
                0);
    }

    /** Its record, with a version that makes it newer than those of lower versions. */
    public static FlowRecord flow(int number, int version) {
        return new FlowRecord(
                key(number),
                TARGETS[number % TARGETS.length],
                number * 31 + version,
                (BEGIN_MS + number) / 8_000,
                BEGIN_MS + number,
                0,
                BEGIN_MS + number + version,
                NODE,
                false,
                false);
    }

    /** Which version a record is. */
    public static int version(FlowRecord flow) {
        return (int) (flow.lastSeenMs() - flow.createdAtMs());
    }

    /** Which flow a record is of. */
    public static int number(FlowRecord flow) {
        return (int) (flow.createdAtMs() - BEGIN_MS);
    }

    /** The first versions of flows. */
    public static List<FlowRecord> flows(int from, int to) {
        List<FlowRecord> flows = new ArrayList<>(to - from);
        for (int number = from; number < to; number++) {
            flows.add(flow(number, 0));
        }
        return flows;
    }
}
