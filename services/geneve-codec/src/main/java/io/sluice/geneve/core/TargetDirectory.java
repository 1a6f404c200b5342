// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetRef;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one shard by small numbers: a flow table entry holds an index, not an address.
 *
 * <p>An index stays with its registration for as long as the target is registered or a flow is pinned to it (T7); only
 * then it may be given to another. So an entry's index always means the target it was made for.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: {@value #TARGETS_MAX} targets at once; a model
 * with more leaves the rest without an index, and flows to them are refused.
 */
public final class TargetDirectory {

    /** What {@link #indexOf} answers for a target that is not here. */
    public static final int NONE = -1;

    /** Indexes there are: what fits the 16 bits of a flow table entry. */
    public static final int TARGETS_MAX = 1 << 16;

    private final IntPredicate heldByFlows;
    private final Map<TargetRef, Integer> indexes = new HashMap<>();
    private int[] addresses = new int[16];
    private int[] ports = new int[16];
    private @Nullable TargetRef[] refs = new @Nullable TargetRef[16];
    private long[] sentPackets = new long[16];
    private long[] sentBytes = new long[16];
    private long[] returnedPackets = new long[16];
    private long[] returnedBytes = new long[16];
    private long[] rejectedPackets = new long[16];
    private int size;
    /** Open addressing over source addresses, at most half full; 0 marks a free place, so 0.0.0.0 is never permitted. */
    private int[] permitted = new int[32];

    /**
     * @param heldByFlows whether flows are pinned to the target of an index
     */
    public TargetDirectory(IntPredicate heldByFlows) {
        this.heldByFlows = heldByFlows;
    }

    /** Takes over the targets of a model; targets that are gone stay while flows hold them. */
    public void update(GatewayModel model) {
        Set<TargetRef> registered = new HashSet<>();
        for (TargetGroup group : model.targetGroups()) {
            for (Target target : group.targets()) {
                registered.add(new TargetRef(group.id(), target.id(), target.registration()));
            }
        }
        for (int index = 0; index < size; index++) {
            TargetRef ref = refs[index];
            if (ref != null && !registered.contains(ref) && !heldByFlows.test(index)) {
                indexes.remove(ref);
                refs[index] = null;
            }
        }
        for (TargetGroup group : model.targetGroups()) {
            for (Target target : group.targets()) {
                place(new TargetRef(group.id(), target.id(), target.registration()), target.address(), target.port());
            }
        }
        rebuildPermitted();
    }

    private void place(TargetRef ref, Ipv4Address address, int port) {
        Integer known = indexes.get(ref);
        int index = known != null ? known : freeIndex();
        if (index == NONE) {
            return;
        }
        if (known == null) {
            indexes.put(ref, index);
            refs[index] = ref;
            sentPackets[index] = 0;
            sentBytes[index] = 0;
            returnedPackets[index] = 0;
            returnedBytes[index] = 0;
            rejectedPackets[index] = 0;
        }
        addresses[index] = address.bits();
        ports[index] = port;
    }

    private int freeIndex() {
        for (int index = 0; index < size; index++) {
            if (refs[index] == null) {
                return index;
            }
        }
        if (size == TARGETS_MAX) {
            return NONE;
        }
        if (size == refs.length) {
            int larger = size * 2;
            addresses = Arrays.copyOf(addresses, larger);
            ports = Arrays.copyOf(ports, larger);
            refs = Arrays.copyOf(refs, larger);
            sentPackets = Arrays.copyOf(sentPackets, larger);
            sentBytes = Arrays.copyOf(sentBytes, larger);
            returnedPackets = Arrays.copyOf(returnedPackets, larger);
            returnedBytes = Arrays.copyOf(returnedBytes, larger);
            rejectedPackets = Arrays.copyOf(rejectedPackets, larger);
        }
        return size++;
    }

    private void rebuildPermitted() {
        int wanted = Integer.highestOneBit(Math.max(8, size)) * 4;
        int[] fresh = new int[wanted];
        for (int index = 0; index < size; index++) {
            int address = addresses[index];
            if (refs[index] != null && address != 0) {
                int at = mix(address) & (wanted - 1);
                while (fresh[at] != 0 && fresh[at] != address) {
                    at = (at + 1) & (wanted - 1);
                }
                fresh[at] = address;
            }
        }
        permitted = fresh;
    }

    /** Whether packets from this address are looked at: a registered target, or one a live flow is pinned to (W-10). */
    public boolean permitted(int address) {
        int mask = permitted.length - 1;
        int at = mix(address) & mask;
        while (permitted[at] != 0) {
            if (permitted[at] == address) {
                return true;
            }
            at = (at + 1) & mask;
        }
        return false;
    }

    private static int mix(int address) {
        int h = address * 0x9E37_79B9;
        return h ^ h >>> 15;
    }

    /** Index of a registration, or {@link #NONE}. */
    public int indexOf(TargetRef ref) {
        Integer index = indexes.get(ref);
        return index == null ? NONE : index;
    }

    /** IPv4 address of the target of an index. */
    public int address(int index) {
        return addresses[index];
    }

    /** UDP port of the target of an index. */
    public int port(int index) {
        return ports[index];
    }

    /** Which target an index stands for; null where it stands for none. */
    public @Nullable TargetRef ref(int index) {
        return refs[index];
    }

    /** Indexes in use are below this. */
    public int size() {
        return size;
    }

    /** Counts a packet sent to a target. */
    public void sent(int index, int innerBytes) {
        sentPackets[index]++;
        sentBytes[index] += innerBytes;
    }

    /** Counts a packet a target returned and that was accepted. */
    public void returned(int index, int innerBytes) {
        returnedPackets[index]++;
        returnedBytes[index] += innerBytes;
    }

    /** Counts a packet from this address that was dropped; charged to the first target with the address. */
    public void rejected(int address) {
        for (int index = 0; index < size; index++) {
            if (addresses[index] == address && refs[index] != null) {
                rejectedPackets[index]++;
                return;
            }
        }
    }

    /** Packets sent to the target of an index. */
    public long sentPackets(int index) {
        return sentPackets[index];
    }

    /** Inner bytes sent to the target of an index. */
    public long sentBytes(int index) {
        return sentBytes[index];
    }

    /** Packets accepted from the target of an index. */
    public long returnedPackets(int index) {
        return returnedPackets[index];
    }

    /** Inner bytes accepted from the target of an index. */
    public long returnedBytes(int index) {
        return returnedBytes[index];
    }

    /** Packets dropped that the target of an index returned. */
    public long rejectedPackets(int index) {
        return rejectedPackets[index];
    }
}
