// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which record stays when two halves of a cluster merge: the {@linkplain FlowRecord#NEWER newer}. One that cannot be
 * read loses, and that is said once for each process.
 *
 * <p><b>Threading</b>: any thread. Made by Hazelcast, by its name, on each member.
 */
public final class NewerRecordWins implements SplitBrainMergePolicy<byte[], MergingEntry<byte[], byte[]>, byte[]> {

    private static final Logger LOG = LoggerFactory.getLogger(NewerRecordWins.class);
    private static final AtomicBoolean SAID = new AtomicBoolean();

    /** For Hazelcast. */
    public NewerRecordWins() {}

    @Override
    public byte @Nullable [] merge(
            @Nullable MergingEntry<byte[], byte[]> merging, @Nullable MergingEntry<byte[], byte[]> existing) {
        byte[] coming = merging == null ? null : merging.getDeserializedValue();
        byte[] here = existing == null ? null : existing.getDeserializedValue();
        return newer(coming, here);
    }

    /** The newer of two, the second where they are equal; null where neither is there. */
    static byte @Nullable [] newer(byte @Nullable [] coming, byte @Nullable [] here) {
        if (coming == null || here == null) {
            return coming == null ? here : coming;
        }
        FlowRecord read = read(coming);
        FlowRecord known = read(here);
        if (read == null || known == null) {
            return read == null ? here : coming;
        }
        return FlowRecord.NEWER.compare(read, known) > 0 ? coming : here;
    }

    private static @Nullable FlowRecord read(byte[] value) {
        try {
            return WireCodecs.FLOW_RECORD.decode(ByteBuffer.wrap(value));
        } catch (WireFormatException unreadable) {
            if (SAID.compareAndSet(false, true)) {
                LOG.atWarn()
                        .addKeyValue("event", "flow_record_unreadable")
                        .log("a flow record gave way in a merge, as it cannot be read: {}", unreadable.getMessage());
            }
            return null;
        }
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // nothing to tell
    }

    @Override
    public void readData(ObjectDataInput in) {
        // nothing was told
    }
}
