// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.nio.ByteBuffer;

/**
 * The binary form of one kind of message: a version byte, then its fields in a fixed order.
 *
 * <p>A change of the fields is a new version. Every version ever released keeps its branch in {@link #readFields} and
 * its committed byte fixture, so a node reads what an older one sends; versions are numbered from 1 without gaps. What
 * is written is the newest, unless a codec says that an older one {@linkplain #versionFor has room} for a message: then nodes
 * that are not upgraded yet read it too.
 *
 * <p>Stateless, for any thread.
 *
 * @param <T> the message
 */
public abstract class WireCodec<T> {

    private final Class<T> type;
    private final int version;

    /**
     * A codec.
     *
     * @param type the message's record
     * @param version the newest version, 1-255; each from 1 on is read
     */
    WireCodec(Class<T> type, int version) {
        this.type = type;
        this.version = version;
    }

    /** The message's name: that of its record, without the package. */
    public final String name() {
        return type.getSimpleName();
    }

    /** The message's record. */
    public final Class<T> type() {
        return type;
    }

    /** The newest version; each from 1 to it is read. */
    public final int version() {
        return version;
    }

    /**
     * Appends a message.
     *
     * @throws IllegalArgumentException where it is larger than readers accept; the writer's content is then undefined
     */
    public final void write(WireWriter writer, T message) {
        writer.u8(versionFor(message));
        writeFields(writer, message);
    }

    /**
     * A message as bytes.
     *
     * @throws IllegalArgumentException where it is larger than readers accept
     */
    public final byte[] encode(T message) {
        WireWriter writer = new WireWriter();
        write(writer, message);
        return writer.toByteArray();
    }

    /**
     * Reads a message that fills the buffer from its position to its limit.
     *
     * @throws WireFormatException where the bytes are none, end early or go on after the last field
     */
    public final T decode(ByteBuffer buffer) {
        WireReader reader = new WireReader(name(), buffer);
        int found = reader.u8("version");
        if (found < 1 || found > version) {
            throw reader.wrong("version " + found + ": known are " + (version == 1 ? "1" : "1 to " + version));
        }
        try {
            T message = readFields(reader, found);
            reader.end();
            return message;
        } catch (IllegalArgumentException refusal) {
            throw reader.refused(refusal);
        }
    }

    /** The version that a message is written in; equal messages have one. */
    int versionFor(T message) {
        return version;
    }

    /** Writes the fields of {@link #versionFor}. */
    abstract void writeFields(WireWriter writer, T message);

    /**
     * Reads the fields of one version.
     *
     * @param foundVersion 1 to {@link #version()}
     */
    abstract T readFields(WireReader reader, int foundVersion);
}
