// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.capture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pcap file of Ethernet frames record by record: either byte order, micro- or nanosecond time stamps.
 *
 * <p><b>Errors</b>: {@link IOException} for another format, another link type, or an impossible length. A last record
 * that is not complete (a file still being written) counts as the end.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
public final class PcapReader implements AutoCloseable {
    private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
    private static final int LENGTH_BYTES_MAX = 1 << 18;

    private final DataInputStream in;
    private final boolean swapped;
    private final int fractionNs;

    public PcapReader(Path path) throws IOException {
        this(Files.newInputStream(path), path.toString());
    }

    PcapReader(InputStream stream, String name) throws IOException {
        this.in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
        int magic = in.readInt();
        int reversed = Integer.reverseBytes(magic);
        this.swapped = reversed == PcapWriter.MAGIC_NANOSECONDS || reversed == MAGIC_MICROSECONDS;
        int plain = swapped ? reversed : magic;
        if (plain != PcapWriter.MAGIC_NANOSECONDS && plain != MAGIC_MICROSECONDS) {
            throw new IOException(name + " is no pcap file: magic " + Integer.toHexString(magic));
        }
        this.fractionNs = plain == PcapWriter.MAGIC_NANOSECONDS ? 1 : 1000;
        in.skipNBytes(PcapWriter.FILE_HEADER_BYTES - 8);
        int linkType = field();
        if (linkType != PcapWriter.LINK_TYPE_ETHERNET) {
            throw new IOException(name + " has link type " + linkType + ", not Ethernet");
        }
    }

    /** The next frame, or null at the end. */
    public @Nullable PcapRecord next() throws IOException {
        try {
            long seconds = Integer.toUnsignedLong(field());
            long fraction = Integer.toUnsignedLong(field());
            int captured = field();
            int original = field();
            if (captured < 0 || captured > LENGTH_BYTES_MAX || original < captured) {
                throw new IOException("impossible lengths " + captured + " of " + original);
            }
            byte[] bytes = new byte[captured];
            in.readFully(bytes);
            return new PcapRecord(seconds * 1_000_000_000L + fraction * fractionNs, original, ByteBuffer.wrap(bytes));
        } catch (EOFException e) {
            return null;
        }
    }

    private int field() throws IOException {
        int value = in.readInt();
        return swapped ? Integer.reverseBytes(value) : value;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
