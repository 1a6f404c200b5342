// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

/** What a packet or a flow in a capture can violate. The identifiers are those of the behaviour sheet. */
public enum Rule {
    /** The datagram is cut short or its lengths contradict each other. */
    MALFORMED("lengths agree with the bytes present"),
    /** W-1, W-2, W-5: node and appliance address each other, by UDP port 6081 from a port of 49152-65535. */
    OUTER_ADDRESSING("outer addresses and ports are the node's and the appliance's"),
    /** Section 1.2: version 0, 8 option words, O and C clear, VNI 0, bare IPv4 or IPv6 inside. */
    GENEVE_HEADER("GENEVE header fields have the values of the contract"),
    /** W-14: all three options, 8, 8 and 4 bytes, on every packet towards an appliance. */
    OPTIONS("all three options on every packet towards an appliance"),
    /** W-12, W-13: option 1 names an endpoint that exists. */
    ENDPOINT("option 1 names a known endpoint"),
    /** W-3: a returned packet keeps the ports, it does not swap them. */
    RETURN_PORTS("returned packets keep the ports"),
    /** W-18: a returned packet carries a header that the appliance received for this flow. */
    RETURN_HEADER("returned packets carry a header received for their flow"),
    /** W-16: one cookie for both directions of a flow. */
    ONE_COOKIE("one cookie per flow, for both directions"),
    /** F-4: both directions of a flow at one appliance. */
    SYMMETRY("both directions of a flow at one appliance"),
    /** T1a, F-34: with cross-zone off, an endpoint's flows stay on appliances of its zone. */
    ZONE("appliances are in their endpoint's zone");

    private final String meaning;

    Rule(String meaning) {
        this.meaning = meaning;
    }

    public String meaning() {
        return meaning;
    }
}
