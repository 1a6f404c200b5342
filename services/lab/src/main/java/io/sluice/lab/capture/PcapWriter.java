// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a pcap file: Ethernet frames, nanosecond time stamps, big-endian fields.
 *
 * <p><b>Layout</b>: 24-byte file header (magic 0xa1b23c4d, version 2.4, zone 0, accuracy 0, snap length, link type 1),
 * then per frame seconds, nanoseconds, captured length, original length (4 bytes each) and the bytes.
 *
 * <p><b>Threading</b>: every method is synchronized, so that one thread may flush while another writes.
 *
 * <p><b>Source</b>: draft-ietf-opsawg-pcap.
 */
public final class PcapWriter implements AutoCloseable {
    static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    static final int LINK_TYPE_ETHERNET = 1;
    static final int FILE_HEADER_BYTES = 24;
    static final int RECORD_HEADER_BYTES = 16;

    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel file;
    private final int snapLengthBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.BIG_ENDIAN);

    /** Creates (or empties) {@code path}; frames longer than {@code snapLengthBytes} are cut to it. */
    public PcapWriter(Path path, int snapLengthBytes) throws IOException {
        if (snapLengthBytes < 1 || snapLengthBytes > BUFFER_BYTES - RECORD_HEADER_BYTES) {
            throw new IllegalArgumentException("snap length " + snapLengthBytes);
        }
        this.snapLengthBytes = snapLengthBytes;
        this.file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        buffer.putInt(MAGIC_NANOSECONDS)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0);
        buffer.putInt(snapLengthBytes).putInt(LINK_TYPE_ETHERNET);
    }

    /** Writes the bytes of {@code frame} from 0 to its limit. */
    public synchronized void write(long timeNs, int originalLengthBytes, ByteBuffer frame) throws IOException {
        int captured = Math.min(frame.limit(), snapLengthBytes);
        if (buffer.remaining() < RECORD_HEADER_BYTES + captured) {
            flush();
        }
        buffer.putInt((int) (timeNs / 1_000_000_000L)).putInt((int) (timeNs % 1_000_000_000L));
        buffer.putInt(captured).putInt(originalLengthBytes);
        buffer.put(buffer.position(), frame, 0, captured);
        buffer.position(buffer.position() + captured);
    }

    /** Hands everything written so far to the file. */
    public synchronized void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public synchronized void close() throws IOException {
        try (file) {
            flush();
        }
    }
}
