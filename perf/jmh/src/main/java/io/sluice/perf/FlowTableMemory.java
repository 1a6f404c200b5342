// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.flow.core.FlowTable;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.ip.IpProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What memory does a full flow table take?
 *
 * <p>Makes a table of so many flows, fills it, and prints a JSON array with an object for each: the bytes its thread
 * allocated by the JVM's own count, how much more of the heap is in use after a collection, how much more memory the process
 * has. The largest comes last, as a process gives little memory back.
 *
 * <p>Run: {@code ./sluice bench curves}, or this class with numbers of flows as arguments
 */
public final class FlowTableMemory {

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private FlowTableMemory() {}

    /** Measures tables of the sizes that are named. */
    public static void main(String[] arguments) throws IOException {
        StringBuilder json = new StringBuilder("[");
        for (String argument : arguments) {
            json.append(json.length() == 1 ? "" : ",\n ").append(measure(Integer.parseInt(argument)));
        }
        System.out.println(json.append(']'));
    }

    private static String measure(int flows) throws IOException {
        long heapBefore = heapInUse();
        long residentBefore = residentBytes();
        long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        FlowTable table = filled(flows);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        long resident = residentBytes() - residentBefore;
        long heap = heapInUse() - heapBefore;
        Reference.reachabilityFence(table);
        return "{\"flows\": %d, \"allocatedBytes\": %d, \"heapBytes\": %d, \"residentBytes\": %d}"
                .formatted(table.size(), allocated, heap, resident);
    }

    private static FlowTable filled(int flows) {
        FlowHasher hasher = new FlowHasher(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L);
        FlowTable table = new FlowTable(flows, 1, 1);
        long[] key = new long[FlowKey.WORDS];
        key[FlowKey.ENDPOINT_WORD] = 0xA1B2_C3D4_E5F6_0718L;
        key[4] = 0xCB00_710AL;
        key[FlowKey.TRAITS_WORD] = FlowKey.traits(1024, 443, IpProtocol.TCP, 4, Stickiness.FIVE_TUPLE);
        for (int flow = 0; flow < flows; flow++) {
            key[2] = 0x0A00_0000L + flow;
            long hash = hasher.hash(key, 0);
            if (table.insert(key, 0, hash, 0, flow, 0, 0, true, false, 350_000, 0, 0) == FlowTable.NONE) {
                throw new IllegalStateException("no room for flow " + flow);
            }
        }
        return table;
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
