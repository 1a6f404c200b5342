// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.capture;

import io.sluice.lab.net.Port;
import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Captures everything that crosses one port, in both directions, into a pcap file.
 *
 * <p>The kernel writes frames into a ring shared with this process (TPACKET_V2), so a pause of the JVM costs nothing
 * until the ring is full; {@link #droppedFrames} tells whether that ever happened. Transport checksums of frames sent
 * by this machine may be incomplete in the capture, as in any capture on a sending machine.
 *
 * <p><b>Layout</b> of a ring slot (native byte order): status at 0 (0 = the kernel's, bit 0 = ours), frame length at 4,
 * captured length at 8, offset of the Ethernet header at 12 (16 bits), seconds at 16, nanoseconds at 20.
 *
 * <p><b>Threading</b>: one daemon thread of its own reads the ring; the public methods may be called from any thread.
 */
@SuppressWarnings("restricted") // reads the ring through a native mapping
public final class CableTap implements AutoCloseable {
    /** Bytes kept of each frame: every header with options to spare, and the beginning of the payload. */
    public static final int SNAP_LENGTH_BYTES = 384;

    private static final int TPACKET_V2 = 1;
    private static final int SLOT_BYTES = 512;
    private static final int SLOTS = 32768;
    private static final int BLOCK_BYTES = 1 << 17;
    private static final int STATUS_KERNEL = 0;
    private static final int POLL_MS = 50;
    private static final short ETH_P_ALL_NETWORK_ORDER = 0x0300;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final VarHandle STATUS = INT.varHandle();

    private final Port port;
    private final int socket;
    private final MemorySegment ring;
    private final PcapWriter writer;
    private final Thread reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ringWasEmpty = lock.newCondition();
    private long emptyRounds; // guarded by lock
    private @Nullable IOException failure; // guarded by lock
    private volatile boolean stopping;
    private volatile long frames;

    private CableTap(Port port, Path file) throws IOException {
        this.port = port;
        this.socket = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0);
        try (Arena arena = Arena.ofConfined()) {
            Libc.setOption(socket, Libc.SOL_PACKET, Libc.PACKET_VERSION, TPACKET_V2);
            MemorySegment request = arena.allocate(16, 4);
            request.set(INT, 0, BLOCK_BYTES);
            request.set(INT, 4, SLOTS / (BLOCK_BYTES / SLOT_BYTES));
            request.set(INT, 8, SLOT_BYTES);
            request.set(INT, 12, SLOTS);
            Libc.setOption(socket, Libc.SOL_PACKET, Libc.PACKET_RX_RING, request);
            this.ring = Libc.map(socket, (long) SLOTS * SLOT_BYTES);
            MemorySegment address = arena.allocate(20, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_PACKET);
            address.set(ValueLayout.JAVA_SHORT, 2, ETH_P_ALL_NETWORK_ORDER);
            address.set(INT, 4, Libc.interfaceIndex(port.device()));
            Libc.bind(socket, address);
        } catch (IOException | RuntimeException e) {
            Libc.close(socket);
            throw e;
        }
        this.writer = new PcapWriter(file, SNAP_LENGTH_BYTES);
        this.reader = Thread.ofPlatform().daemon().name("tap-" + port.device()).unstarted(this::read);
    }

    /** Starts to capture; returns when frames are being taken. */
    public static CableTap start(Port port, Path file) {
        CableTap tap = port.namespace().call(() -> new CableTap(port, file));
        tap.reader.start();
        return tap;
    }

    public Port port() {
        return port;
    }

    /** Frames captured so far. */
    public long frames() {
        return frames;
    }

    /** Frames that found the ring full since the last call. */
    public long droppedFrames() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment statistics = arena.allocate(8, 4);
            Libc.option(socket, Libc.SOL_PACKET, Libc.PACKET_STATISTICS, statistics);
            return Integer.toUnsignedLong(statistics.get(INT, 4));
        }
    }

    /** Waits until every frame that crossed before this call is in the file. */
    public void flush() throws IOException {
        lock.lock();
        try {
            // The round under way may have looked at the slot before the last frame came: so two rounds.
            long target = emptyRounds + 2;
            long remainingNs = TimeUnit.SECONDS.toNanos(10);
            while (emptyRounds < target && failure == null) {
                if (remainingNs <= 0) {
                    throw new IOException("tap on " + port.device() + " does not come to rest");
                }
                remainingNs = ringWasEmpty.awaitNanos(remainingNs);
            }
            if (failure != null) {
                throw new IOException("tap on " + port.device(), failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
        writer.flush();
    }

    private void read() {
        ByteBuffer slots = ring.asByteBuffer().order(ByteOrder.nativeOrder());
        int slot = 0;
        long count = 0;
        try {
            while (!stopping) {
                int base = slot * SLOT_BYTES;
                if ((int) STATUS.getAcquire(ring, (long) base) == STATUS_KERNEL) {
                    tellEmpty(null);
                    Libc.pollReadable(socket, POLL_MS);
                    continue;
                }
                int length = slots.getInt(base + 4);
                int captured = Math.min(slots.getInt(base + 8), SNAP_LENGTH_BYTES);
                int offset = Short.toUnsignedInt(slots.getShort(base + 12));
                long timeNs =
                        Integer.toUnsignedLong(slots.getInt(base + 16)) * 1_000_000_000L + slots.getInt(base + 20);
                writer.write(timeNs, length, slots.slice(base + offset, captured));
                STATUS.setRelease(ring, (long) base, STATUS_KERNEL);
                frames = ++count;
                slot = (slot + 1) % SLOTS;
            }
        } catch (IOException e) {
            tellEmpty(e);
        }
    }

    private void tellEmpty(@Nullable IOException cause) {
        lock.lock();
        try {
            emptyRounds++;
            failure = cause;
            ringWasEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            reader.join(TimeUnit.SECONDS.toMillis(10));
            if (reader.isAlive()) {
                return; // the mapping must outlive its reader
            }
            writer.close();
            Libc.unmap(ring);
            Libc.close(socket);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
