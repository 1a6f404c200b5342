// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.model.flow.FlowRecord;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record as the journal has it: a checksum in front of its wire form, over both the key that it is kept under and the
 * form.
 *
 * <p><b>Layout</b>: CRC-32C (4), wire form of the record, which begins with its version.
 */
final class SealedRecord {

    private SealedRecord() {}

    static byte[] seal(byte[] key, FlowRecord flow) {
        byte[] form = WireCodecs.FLOW_RECORD.encode(flow);
        return ByteBuffer.allocate(Integer.BYTES + form.length)
                .putInt(checksum(key, form, 0))
                .put(form)
                .array();
    }

    /** The record, or null where this is not what was written. */
    static @Nullable FlowRecord open(byte[] key, byte[] value) {
        if (value.length < Integer.BYTES || ByteBuffer.wrap(value).getInt() != checksum(key, value, Integer.BYTES)) {
            return null;
        }
        try {
            return WireCodecs.FLOW_RECORD.decode(ByteBuffer.wrap(value, Integer.BYTES, value.length - Integer.BYTES));
        } catch (WireFormatException ofANewerRelease) {
            return null;
        }
    }

    private static int checksum(byte[] key, byte[] bytes, int from) {
        CRC32C checksum = new CRC32C();
        checksum.update(key);
        checksum.update(bytes, from, bytes.length - from);
        return (int) checksum.getValue();
    }
}
