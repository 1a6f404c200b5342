// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.util.List;

/**
 * A gateway load balancer endpoint: where a spoke's traffic enters and leaves (E-17).
 *
 * @param id 64-bit id, option 1 of every packet
 * @param vni GENEVE network identifier on the endpoint side
 * @param zone its availability zone: its flows stay there (AZ affinity)
 * @param backing what it leads to
 * @param attachments who may send for it, and where its packets are delivered; 1-16
 * @param account its owner, 12 digits; addresses of two endpoints may overlap whoever owns them (F-5)
 * @param inner what its packets carry
 * @param flowQuota flows it may have at a node, at most; 0 for half of the node's capacity
 * @param ipAddressType which inner packets it takes, of those its service and load balancer take (E-9)
 * @param admission what is decided about it; its packets pass where it is accepted
 * @param tags of no meaning to packets
 */
public record Endpoint(
        EndpointId id,
        Vni vni,
        Zone zone,
        Backing backing,
        List<Ipv4SocketAddress> attachments,
        String account,
        InnerKind inner,
        int flowQuota,
        IpAddressType ipAddressType,
        Admission admission,
        Tags tags) {

    /** Attachments an endpoint may have. */
    public static final int ATTACHMENTS_MAX = 16;

    /** Account of endpoints that name none. */
    public static final String ACCOUNT_DEFAULT = Accounts.DEFAULT;

    /** Largest flow quota: the largest flow capacity of a node. */
    public static final int FLOW_QUOTA_MAX = 16_000_000;

    /** An endpoint of a load balancer with the defaults of the configuration page. */
    public Endpoint(
            EndpointId id, Vni vni, Zone zone, LoadBalancerId loadBalancer, List<Ipv4SocketAddress> attachments) {
        this(id, vni, zone, loadBalancer, attachments, ACCOUNT_DEFAULT, InnerKind.IP, 0);
    }

    /** An accepted endpoint of a load balancer, of whatever addresses that one takes, without tags. */
    public Endpoint(
            EndpointId id,
            Vni vni,
            Zone zone,
            LoadBalancerId loadBalancer,
            List<Ipv4SocketAddress> attachments,
            String account,
            InnerKind inner,
            int flowQuota) {
        this(
                id,
                vni,
                zone,
                new Backing.Balancer(loadBalancer),
                attachments,
                account,
                inner,
                flowQuota,
                IpAddressType.DUALSTACK,
                Admission.ACCEPTED,
                Tags.NONE);
    }

    /** Checks ranges and the account's digits, keeps a copy. */
    public Endpoint {
        attachments = List.copyOf(attachments);
        Ranges.require("number of attachments of endpoint " + id, attachments.size(), 1, ATTACHMENTS_MAX);
        Ranges.require("flow-quota of endpoint " + id, flowQuota, 0, FLOW_QUOTA_MAX);
        Accounts.require("endpoint " + id, account);
    }

    /** The same endpoint, decided about. */
    public Endpoint with(Admission decision) {
        return new Endpoint(
                id, vni, zone, backing, attachments, account, inner, flowQuota, ipAddressType, decision, tags);
    }
}
