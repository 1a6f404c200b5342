// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.wire.WireCodec;
import io.sluice.model.wire.WireFormatException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one kind of message onto the bus: inside a process the same immutable instance, between processes the bytes of
 * its {@link WireCodec} behind a 32-bit length.
 *
 * <p>Neither direction throws. What cannot be read becomes an {@link UnreadableBody}. What cannot be written (more
 * than readers accept) is logged and goes as an empty body, which every reader refuses: Vert.x writes waiting messages
 * in one loop, and an exception there would lose those of others.
 *
 * <p>Stateless, for any thread.
 *
 * @param <T> the message
 */
final class RecordCodec<T> implements MessageCodec<T, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(RecordCodec.class);

    private static final String NAME_PREFIX = "sluice.";

    private final WireCodec<T> wire;

    RecordCodec(WireCodec<T> wire) {
        this.wire = wire;
    }

    /** The codec's name for a kind of message. */
    static String nameOf(Class<?> type) {
        return NAME_PREFIX + type.getSimpleName();
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        byte[] bytes;
        try {
            bytes = wire.encode(message);
        } catch (IllegalArgumentException tooLarge) {
            LOG.error("event=bus_message_unwritable message={} reason=\"{}\"", wire.name(), tooLarge.getMessage());
            bytes = new byte[0];
        }
        buffer.appendInt(bytes.length).appendBytes(bytes);
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        int left = buffer.length() - position - Integer.BYTES;
        if (left < 0) {
            return new UnreadableBody(wire.name() + ": a body without its length");
        }
        int length = buffer.getInt(position);
        if (length < 0 || length > left) {
            return new UnreadableBody(wire.name() + ": a body of " + length + " bytes where " + left + " are left");
        }
        int start = position + Integer.BYTES;
        try {
            return wire.decode(ByteBuffer.wrap(buffer.getBytes(start, start + length)));
        } catch (WireFormatException unreadable) {
            return new UnreadableBody(String.valueOf(unreadable.getMessage()));
        }
    }

    @Override
    public Object transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return nameOf(wire.type());
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
