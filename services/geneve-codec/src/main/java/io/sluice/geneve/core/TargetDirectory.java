// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.config.FailOpen;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.TargetObserved;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one shard by small numbers: a flow table entry holds an index, not an address.
 *
 * <p>An index stays with its registration for as long as the target is registered, draining or a flow is pinned to it
 * (T7); only then it may be given to another. So an entry's index always means the target it was made for. Whether flows
 * have gone is looked at in {@link #update} and {@link #release}, which must be called from time to time.
 *
 * <p>Delivery without inspection ({@code fail-open: bypass}) has an index for each such group too, so that flows are
 * pinned to it as to a target. It has no address: nothing is sent there, and nothing that comes is permitted by it.
 *
 * <p>Counts what goes to each target and comes back, and listens for silence ({@link SilenceDetector}). What a target returns
 * to one shard of a node is a sign of life at all of them: a packet may go out at one shard and come back at another, where an
 * appliance changes addresses.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: {@value #TARGETS_MAX} indexes at once; a model
 * with more leaves the rest without an index, and flows to them are refused.
 */
public final class TargetDirectory {

    /** What {@link #indexOf} answers for a target that is not here. */
    public static final int NONE = -1;

    /**
     * Indexes there are, the one bound: more than two hundred groups of the quota's size. The flow table is made for this
     * many; its entries have room for more.
     */
    public static final int TARGETS_MAX = 1 << 16;

    /** Of nobody: what stands for bypass has it, and it is never permitted. */
    private static final int NO_ADDRESS = 0;

    /** Nothing is expected back from a bypass. */
    private static final PassiveDetection UNWATCHED = PassiveDetection.DEFAULT;

    private final IntPredicate heldByFlows;
    private final Map<TargetRef, Integer> indexes = new HashMap<>();
    private final AwakeClock clock = new AwakeClock();
    private final SilenceDetector silence = new SilenceDetector(clock);
    private final ShardLifeSigns lifeSigns;
    private int[] addresses = new int[16];
    private int[] ports = new int[16];
    private @Nullable TargetRef[] refs = new @Nullable TargetRef[16];
    private boolean[] bypass = new boolean[16];
    private @Nullable LifeSign[] signs = new @Nullable LifeSign[16];
    private long[] sentPackets = new long[16];
    private long[] sentBytes = new long[16];
    private long[] returnedPackets = new long[16];
    private long[] returnedBytes = new long[16];
    private long[] rejectedPackets = new long[16];
    /** By index: what a target is called on the link between processes, see {@link TargetKeys}. */
    private long[] keys = new long[16];

    private final TargetKeys byKey = new TargetKeys();
    private final VouchedAddresses vouched = new VouchedAddresses();
    private int size;
    /** No index below is free. */
    private int freeFrom;
    /** By index: whether the target is in the model. */
    private boolean[] registered = new boolean[16];

    /** The groups of the model: what is equal in the next one is not looked at. */
    private Map<TargetGroupId, TargetGroup> groups = Map.of();

    private int departed;
    /** Whether some targets of the model found no index free. */
    private boolean crowded;
    /** Open addressing over source addresses, at most half full; 0 marks a free place, so 0.0.0.0 is never permitted. */
    private int[] permitted = new int[32];

    /** At the place of a permitted address: the first index that has it. */
    private int[] firstOf = new int[32];

    /** By index: the next one with the same address, or {@link #NONE}. */
    private int[] nextOf = new int[0];

    /**
     * @param heldByFlows whether flows are pinned to the target of an index
     */
    public TargetDirectory(IntPredicate heldByFlows) {
        this(heldByFlows, ShardLifeSigns.alone());
    }

    /**
     * @param heldByFlows whether flows are pinned to the target of an index
     * @param lifeSigns what the shards of the node tell each other of targets
     */
    public TargetDirectory(IntPredicate heldByFlows, ShardLifeSigns lifeSigns) {
        this.heldByFlows = heldByFlows;
        this.lifeSigns = lifeSigns;
    }

    /**
     * Takes over the targets of a model, draining ones included; targets that are gone stay while flows hold them. Packets wait
     * for it: of groups that are as they were no target is visited.
     */
    public void update(GatewayModel model) {
        Map<TargetGroupId, TargetGroup> next =
                HashMap.newHashMap(model.targetGroups().size());
        List<TargetGroup> changed = new ArrayList<>();
        for (TargetGroup group : model.targetGroups()) {
            next.put(group.id(), group);
            TargetGroup before = groups.get(group.id());
            if (!group.equals(before)) {
                changed.add(group);
                if (before != null) {
                    leave(before);
                }
            }
        }
        groups.forEach((id, group) -> {
            if (!next.containsKey(id)) {
                leave(group);
            }
        });
        groups = next;
        // what stays is marked first, so that what is new can have the indexes of what is gone
        changed.forEach(this::stay);
        free();
        crowded = !placeNew(crowded ? next.values() : changed);
        rebuildPermitted();
    }

    /** A group is gone or another one: its targets are no longer in the model, until they turn out to be. */
    private void leave(TargetGroup group) {
        for (Target target : group.targets()) {
            leave(ref(group, target));
        }
        leave(TargetRef.bypass(group.id()));
    }

    private void leave(TargetRef ref) {
        Integer known = indexes.get(ref);
        if (known != null) {
            registered[known] = false;
        }
    }

    private void stay(TargetGroup group) {
        for (Target target : group.targets()) {
            Integer known = indexes.get(ref(group, target));
            if (known != null) {
                take(known, target.address().bits(), target.port(), group.passiveDetection());
            }
        }
        if (group.failure().failOpen() == FailOpen.BYPASS) {
            Integer known = indexes.get(TargetRef.bypass(group.id()));
            if (known != null) {
                registered[known] = true;
            }
        }
    }

    private static TargetRef ref(TargetGroup group, Target target) {
        return new TargetRef(group.id(), target.id(), target.registration());
    }

    /** Forgets targets that are gone and that flows no longer hold; does nothing while there are none. */
    public void release() {
        if (departed == 0 || !free()) {
            return;
        }
        crowded = crowded && !placeNew(groups.values());
        rebuildPermitted();
    }

    /** Targets that are gone and have an index still, as flows may hold them. */
    public int departedCount() {
        return departed;
    }

    private void take(int index, int address, int port, PassiveDetection passive) {
        registered[index] = true;
        addresses[index] = address;
        ports[index] = port;
        TargetRef ref = refs[index];
        keys[index] = ref == null ? 0 : TargetKeys.of(ref, address);
        if (passive.enabled()) {
            silence.watch(index, passive.silenceMs());
        } else {
            silence.unwatch(index);
        }
    }

    private boolean free() {
        boolean freed = false;
        departed = 0;
        for (int index = 0; index < size; index++) {
            TargetRef ref = refs[index];
            if (ref == null || registered[index]) {
                continue;
            }
            if (heldByFlows.test(index)) {
                silence.unwatch(index);
                departed++;
            } else {
                indexes.remove(ref);
                refs[index] = null;
                signs[index] = null;
                lifeSigns.node().release(ref);
                silence.unwatch(index);
                freeFrom = Math.min(freeFrom, index);
                freed = true;
            }
        }
        return freed;
    }

    /** Whether all of them have an index now. */
    private boolean placeNew(Collection<TargetGroup> wanted) {
        boolean all = true;
        for (TargetGroup group : wanted) {
            for (Target target : group.targets()) {
                all &= place(ref(group, target), target.address().bits(), target.port(), group.passiveDetection());
            }
            if (group.failure().failOpen() == FailOpen.BYPASS) {
                all &= place(TargetRef.bypass(group.id()), NO_ADDRESS, 0, UNWATCHED);
            }
        }
        return all;
    }

    /** Gives a target an index, unless it has one; false where there is none left. */
    private boolean place(TargetRef ref, int address, int port, PassiveDetection passive) {
        if (indexes.containsKey(ref)) {
            return true;
        }
        int index = freeIndex();
        if (index == NONE) {
            return false;
        }
        indexes.put(ref, index);
        refs[index] = ref;
        bypass[index] = ref.isBypass();
        signs[index] = lifeSigns.node().hold(ref);
        silence.takeReturned(index);
        silence.startAnew(index);
        sentPackets[index] = 0;
        sentBytes[index] = 0;
        returnedPackets[index] = 0;
        returnedBytes[index] = 0;
        rejectedPackets[index] = 0;
        take(index, address, port, passive);
        return true;
    }

    private int freeIndex() {
        for (; freeFrom < size; freeFrom++) {
            if (refs[freeFrom] == null) {
                return freeFrom++;
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
            bypass = Arrays.copyOf(bypass, larger);
            signs = Arrays.copyOf(signs, larger);
            registered = Arrays.copyOf(registered, larger);
            sentPackets = Arrays.copyOf(sentPackets, larger);
            sentBytes = Arrays.copyOf(sentBytes, larger);
            returnedPackets = Arrays.copyOf(returnedPackets, larger);
            returnedBytes = Arrays.copyOf(returnedBytes, larger);
            rejectedPackets = Arrays.copyOf(rejectedPackets, larger);
            keys = Arrays.copyOf(keys, larger);
        }
        silence.ensure(size + 1);
        freeFrom = size + 1;
        return size++;
    }

    private void rebuildPermitted() {
        int wanted = Integer.highestOneBit(Math.max(8, size)) * 4;
        int[] fresh = new int[wanted];
        int[] firsts = new int[wanted];
        int[] nexts = new int[size];
        for (int index = size - 1; index >= 0; index--) {
            int address = addresses[index];
            nexts[index] = NONE;
            if (refs[index] != null && address != NO_ADDRESS) {
                int at = mix(address) & (wanted - 1);
                while (fresh[at] != 0 && fresh[at] != address) {
                    at = (at + 1) & (wanted - 1);
                }
                nexts[index] = fresh[at] == 0 ? NONE : firsts[at];
                fresh[at] = address;
                firsts[at] = index;
            }
        }
        byKey.clear(size);
        for (int index = 0; index < size; index++) {
            if (refs[index] != null && addresses[index] != NO_ADDRESS) {
                byKey.put(keys[index], index);
            }
        }
        permitted = fresh;
        firstOf = firsts;
        nextOf = nexts;
    }

    /** Whether packets from this address are looked at: a registered target, or one a live flow is pinned to (W-10). */
    public boolean permitted(int address) {
        return firstAt(address) != NONE || vouched.has(address, clock.awakeMs());
    }

    /** The least index of a target with this address, registered or held by flows; {@link #NONE} where there is none. */
    public int firstAt(int address) {
        int mask = permitted.length - 1;
        int at = mix(address) & mask;
        while (permitted[at] != 0) {
            if (permitted[at] == address) {
                return firstOf[at];
            }
            at = (at + 1) & mask;
        }
        return NONE;
    }

    /** The next index of a target with the same address, as one appliance may be in several groups; or {@link #NONE}. */
    public int nextAt(int index) {
        return nextOf[index];
    }

    /** Whether the target of an index is in the model, draining or not. */
    public boolean isRegistered(int index) {
        return registered[index];
    }

    /**
     * Permits an address for some minutes that is no registered target's: an ingress of this gateway says that a live flow is
     * pinned to it (T7).
     */
    public void vouch(int address) {
        vouched.add(address, clock.awakeMs());
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

    /** Index of the target with a key, or {@link #NONE}. */
    public int indexOf(long key) {
        return byKey.find(key);
    }

    /** What the target of an index is called on the link between processes. */
    public long key(int index) {
        return keys[index];
    }

    /** Whether an index stands for delivery without inspection. */
    public boolean isBypass(int index) {
        return bypass[index];
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

    /**
     * It is now so late: what {@link #expectsReturn} is measured by. Called by the tick, and once a batch by who likes.
     *
     * @param nowMs any clock that does not run backwards, the same each time
     */
    public void clock(long nowMs) {
        clock.now(nowMs);
    }

    /** Milliseconds that this node was awake for: see {@link AwakeClock}. */
    long awakeMs() {
        return clock.awakeMs();
    }

    /** Notes that a packet was sent on a flow that had returns before, so that one is expected of this one too. */
    public void expectsReturn(int index) {
        silence.expectsReturn(index);
    }

    /**
     * Whether a target of a group with passive detection has fallen silent, at all shards; once for each silence. To be asked of
     * every index with every tick: so shards tell each other what lives.
     */
    boolean fallenSilent(int index) {
        LifeSign sign = signs[index];
        if (sign != null && silence.isWatched(index)) {
            if (silence.takeReturned(index)) {
                sign.give(lifeSigns.shard());
            }
            if (sign.take(lifeSigns.shard())) {
                silence.startAnew(index);
            }
        }
        return silence.fallenSilent(index);
    }

    /** Counts a packet sent to a target. */
    public void sent(int index, int innerBytes) {
        sentPackets[index]++;
        sentBytes[index] += innerBytes;
    }

    /** A target returned something for a packet that was sent to it; who accepts it counts it elsewhere. */
    public void answered(int index) {
        silence.returned(index);
    }

    /** Counts a packet a target returned and that was accepted. */
    public void returned(int index, int innerBytes) {
        silence.returned(index);
        returnedPackets[index]++;
        returnedBytes[index] += innerBytes;
    }

    /** Counts a packet from this address that was dropped; charged to the first target with the address. */
    public void rejected(int address) {
        int index = firstAt(address);
        if (index != NONE) {
            rejectedPackets[index]++;
        }
    }

    /** Totals of each target that got or returned a packet. */
    public List<TargetObserved.Observation> observations() {
        List<TargetObserved.Observation> observed = new ArrayList<>();
        for (int index = 0; index < size; index++) {
            TargetRef ref = refs[index];
            if (ref != null && (sentPackets[index] | returnedPackets[index] | rejectedPackets[index]) != 0) {
                observed.add(new TargetObserved.Observation(
                        ref,
                        sentPackets[index],
                        sentBytes[index],
                        returnedPackets[index],
                        returnedBytes[index],
                        rejectedPackets[index]));
            }
        }
        return observed;
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
