// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.util.SortedSet;

/**
 * A flow as the captures show it; source is who sent its first packet.
 *
 * @param endpoint the endpoint's id, or the hex digits of an unknown one
 * @param zone the endpoint's zone, empty for an unknown endpoint
 * @param sourcePort 0 where the protocol has no ports (F-2)
 * @param appliancesForward appliances that were sent packets of the source
 * @param appliancesReverse appliances that were sent packets of the destination
 * @param cookies every value of option 3 sent to an appliance
 * @param packetsSent packets towards appliances
 * @param packetsReturned packets from appliances
 * @param firstNs time of its first packet
 */
public record ObservedFlow(
        String endpoint,
        String zone,
        int protocol,
        HostAddress source,
        int sourcePort,
        HostAddress destination,
        int destinationPort,
        SortedSet<String> appliancesForward,
        SortedSet<String> appliancesReverse,
        SortedSet<Integer> cookies,
        long packetsSent,
        long packetsReturned,
        long firstNs) {

    /** Whether both directions were seen, at one appliance and the same. */
    public boolean symmetric() {
        return appliancesForward.size() == 1 && appliancesForward.equals(appliancesReverse);
    }

    public FlowName name() {
        return new FlowName(protocol, source, sourcePort, destination, destinationPort);
    }
}
