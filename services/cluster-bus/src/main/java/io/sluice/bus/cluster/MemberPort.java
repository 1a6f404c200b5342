// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;

/** Where a member is to be reached: asked before Hazelcast is, which names neither the key nor what is wrong with it. */
final class MemberPort {

    private MemberPort() {}

    /**
     * Refuses an address that is none of this machine's, and a port of it that another process listens at. Does not listen.
     *
     * @throws IllegalStateException naming the key and the address
     */
    static void requireFree(Ipv4SocketAddress listen) {
        try (Socket socket = new Socket()) {
            InetAddress address = InetAddress.ofLiteral(listen.address().toString());
            // 127.0.0.2 could be bound too, but Hazelcast looks for the device that has it
            if (NetworkInterface.getByInetAddress(address) == null) {
                throw new BindException("no device of this machine has the address");
            }
            // as Hazelcast does, or the connections of a process that just ended would be in the way
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, listen.port()));
        } catch (IOException refused) {
            throw new IllegalStateException(
                    "cluster.listen: cannot bind TCP %s (%s): expected an address of this machine and a port that is free"
                            .formatted(listen, refused.getMessage()),
                    refused);
        }
    }
}
