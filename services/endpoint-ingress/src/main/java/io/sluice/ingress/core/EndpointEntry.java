// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a packet needs to know of its endpoint, in plain fields. Immutable, but for the frame headers it has
 * seen and the answers it has had.
 *
 * <p>An entry is made from its predecessor of the same endpoint, if there was one, and stays where it would be made of the
 * same: attachments that stay keep their index, as flows remember it, and kinds of stickiness that were in force are kept, as
 * flows keep the key they were made with (F-7).
 */
final class EndpointEntry {

    /** What {@link #attachmentOf} answers for a sender that is none. */
    static final int NO_ATTACHMENT = -1;

    /** Index of an attachment that is no more; no sender has this address (RFC 791 gives it to nobody). */
    private static final int GONE = 0;

    private static final Ipv4SocketAddress GONE_PLACE = Ipv4SocketAddress.parse("0.0.0.0:1");

    /** Indexes of attachments that are no more are given anew beyond this. */
    private static final int ATTACHMENT_INDEXES_MAX = 256;

    final long id;
    final int vni;
    /** Position among the endpoints of this node, from 0. */
    final int index;

    final int zoneIndex;
    final Stickiness stickiness;
    final int tcpIdleTimeoutMs;
    final boolean resetOnIdleTimeout;
    final boolean returnTupleCheck;
    final boolean ethernet;
    final boolean takesIpv6;
    /** Whether it was accepted: else its packets are dropped both ways, and its flows have ended (E-3, E-4). */
    final boolean available;

    final PacketPolicy packets;
    final int flowQuota;
    final TargetGroupId group;
    /**
     * Since when it has been behind its load balancer, ms of the shard's clock: flows of a former one end (T22). 0 where
     * it never had another.
     */
    final long balancerSinceMs;

    /** Answers about size that its senders may still get: one endpoint takes none from another. */
    final RateLimit tooBig;

    /** Ethernet headers of this endpoint, kept through configurations; null where it carries bare IP. */
    final @Nullable FrameHeaders frames;

    /** Address of the endpoint's own station in its Ethernet segment, 48 bits. */
    final long macAddress;

    /** The present kind and former ones, the most specific first. */
    private final Stickiness[] kinds;

    private final LoadBalancerId balancer;
    private final int[] addresses;
    private final int[] ports;
    private final int firstAttachment;

    /**
     * What of a configuration an entry is made of.
     *
     * @param index its position
     * @param endpoint as configured
     * @param zoneIndex index of its zone among those served here
     * @param balancer its load balancer
     * @param group the target group behind that
     * @param takesIpv6 whether IPv6 passes (E-9)
     * @param available whether anything passes (E-4)
     */
    record Source(
            int index,
            Endpoint endpoint,
            int zoneIndex,
            LoadBalancer balancer,
            TargetGroup group,
            boolean takesIpv6,
            boolean available) {}

    private final Source source;

    /** The entry of a configuration: the one it replaces, where that was made of the same. */
    static EndpointEntry of(
            Source source, FlowQuotas quotas, FlowHasher hasher, @Nullable EndpointEntry before, long nowMs) {
        return before != null && before.source.equals(source)
                ? before
                : new EndpointEntry(source, quotas, hasher, before, nowMs);
    }

    /**
     * @param source what it is made of
     * @param quotas flows it may have in this shard
     * @param hasher the shard's hash
     * @param before the entry it replaces, or null
     * @param nowMs the shard's clock
     */
    private EndpointEntry(
            Source source, FlowQuotas quotas, FlowHasher hasher, @Nullable EndpointEntry before, long nowMs) {
        Endpoint endpoint = source.endpoint();
        LoadBalancer balancer = source.balancer();
        TargetGroup group = source.group();
        this.source = source;
        this.index = source.index();
        this.id = endpoint.id().value();
        this.vni = endpoint.vni().value();
        this.zoneIndex = source.zoneIndex();
        this.stickiness = group.stickiness();
        this.tcpIdleTimeoutMs = Math.toIntExact(balancer.listener().tcpIdleTimeoutMs());
        this.resetOnIdleTimeout = balancer.listener().resetOnIdleTimeout();
        this.returnTupleCheck = group.returnTupleCheck();
        this.ethernet = endpoint.inner() == InnerKind.ETHERNET;
        this.takesIpv6 = source.takesIpv6();
        this.available = source.available();
        this.packets = balancer.packets();
        this.flowQuota = quotas.of(endpoint.flowQuota());
        // locally administered, unicast; the low 40 bits of the id tell the endpoints of one segment apart
        this.macAddress = (0x02L << 40) | (id & 0xFF_FFFF_FFFFL);
        this.group = group.id();
        this.balancer = balancer.id();
        this.balancerSinceMs =
                before == null ? 0 : before.balancer.equals(balancer.id()) ? before.balancerSinceMs : nowMs;
        this.tooBig = before == null ? new RateLimit(SenderAnswers.TOO_BIG_PER_SECOND) : before.tooBig;
        this.kinds = kinds(before);
        FrameHeaders known = before == null ? null : before.frames;
        this.frames = known != null || !ethernet ? known : new FrameHeaders(FrameHeaders.HEADERS_MAX, hasher);

        List<Ipv4SocketAddress> places = places(endpoint.attachments(), before);
        this.addresses = new int[places.size()];
        this.ports = new int[places.size()];
        int first = NO_ATTACHMENT;
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = places.get(i).address().bits();
            ports[i] = places.get(i).port();
            if (first == NO_ATTACHMENT && addresses[i] != GONE) {
                first = i;
            }
        }
        this.firstAttachment = first;
    }

    private Stickiness[] kinds(@Nullable EndpointEntry before) {
        EnumSet<Stickiness> all = EnumSet.of(stickiness);
        if (before != null) {
            all.addAll(List.of(before.kinds));
        }
        return all.toArray(Stickiness[]::new); // in the order of the constants: 5-tuple, 3-tuple, 2-tuple
    }

    /** Attachments by index: those that stay keep theirs, new ones take a free one or the next. */
    private static List<Ipv4SocketAddress> places(List<Ipv4SocketAddress> attachments, @Nullable EndpointEntry before) {
        List<Ipv4SocketAddress> places = new ArrayList<>();
        List<Ipv4SocketAddress> added = new ArrayList<>(attachments);
        for (int i = 0; before != null && i < before.addresses.length; i++) {
            int address = before.addresses[i];
            Ipv4SocketAddress kept = added.stream()
                    .filter(a -> a.address().bits() == address && address != GONE)
                    .findFirst()
                    .orElse(GONE_PLACE);
            added.remove(kept);
            places.add(kept);
        }
        for (Ipv4SocketAddress attachment : added) {
            int free = places.size() < ATTACHMENT_INDEXES_MAX ? -1 : places.indexOf(GONE_PLACE);
            if (free < 0) {
                places.add(attachment);
            } else {
                places.set(free, attachment);
            }
        }
        return places;
    }

    /** How many kinds of stickiness live flows may have been made with: 1 unless it was changed (F-7). */
    int kindCount() {
        return kinds.length;
    }

    /** One of them; the most specific first, as its flows are contained in those of the others. */
    Stickiness kind(int which) {
        return kinds[which];
    }

    /** Index of the attachment with this address: a sender's port says nothing, its address must be listed. */
    int attachmentOf(int address) {
        for (int i = 0; i < addresses.length; i++) {
            if (addresses[i] == address && address != GONE) {
                return i;
            }
        }
        return NO_ATTACHMENT;
    }

    /** The attachment of an index where it is still one, else the first there is. */
    int presentAttachment(int attachment) {
        return attachment >= 0 && attachment < addresses.length && addresses[attachment] != GONE
                ? attachment
                : firstAttachment;
    }

    int address(int attachment) {
        return addresses[attachment];
    }

    int port(int attachment) {
        return ports[attachment];
    }
}
