// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Port;
import io.sluice.lab.net.Topology;

/**
 * The cables of the churn, the gateway's namespace being the sandbox's own.
 *
 * <pre>
 *   spoke 10.0.0.2 ── 10.0.0.1 gateway 10.1.1.1, 10.1.2.1 ── (tap) 10.1.1.11 …, 10.1.2.11 … appliances
 * </pre>
 */
final class ChurnNetwork implements AutoCloseable {
    static final String SPOKE = "10.0.0.2";
    static final String INGRESS = "10.0.0.1";
    static final String FIRST_NODE = "10.1.1.1";
    static final String SECOND_NODE = "10.1.2.1";

    private static final int MTU_BYTES = 1_500;

    private final Topology topology = new Topology(new CommandRunner());
    private final Namespace spoke;
    private final Namespace appliances;

    /** Lays them, inside a sandbox. */
    ChurnNetwork() {
        try {
            Namespace gateway = topology.own();
            spoke = topology.addNamespace("spoke");
            appliances = topology.addNamespace("appliances");
            topology.cable(gateway.port("spoke"), spoke.port("eth0"), MTU_BYTES);
            topology.cable(gateway.port("appliances"), appliances.port("eth0"), MTU_BYTES);
            gateway.address("spoke", INGRESS + "/24");
            spoke.address("eth0", SPOKE + "/24");
            gateway.address("appliances", FIRST_NODE + "/24");
            gateway.address("appliances", SECOND_NODE + "/24");
            Firewall.ALL.forEach(firewall -> appliances.address("eth0", firewall.address() + "/24"));
        } catch (RuntimeException e) {
            topology.close();
            throw e;
        }
    }

    Namespace gateway() {
        return topology.own();
    }

    Namespace spoke() {
        return spoke;
    }

    Namespace appliances() {
        return appliances;
    }

    /** The appliances' end of their cable. */
    Port tapPort() {
        return appliances.port("eth0");
    }

    @Override
    public void close() {
        topology.close();
    }
}
