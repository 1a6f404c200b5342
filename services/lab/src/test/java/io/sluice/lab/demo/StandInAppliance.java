// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.Map;

/** A minimal one-arm appliance with the real one's command line: sends every packet back, ports kept (W-3, W-18). */
final class StandInAppliance {
    private StandInAppliance() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress listen = StandInAgent.address(StandInAgent.option(arguments, "--listen"));
        HttpServer health = HttpServer.create(StandInAgent.address(StandInAgent.option(arguments, "--health")), 16);
        health.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        health.start();
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.bind(listen);
        Map<Integer, DatagramChannel> bySourcePort = new HashMap<>();
        ByteBuffer packet = ByteBuffer.allocateDirect(65536);
        System.out.println("listening");
        while (true) {
            packet.clear();
            InetSocketAddress node = (InetSocketAddress) channel.receive(packet);
            DatagramChannel back = bySourcePort.get(node.getPort());
            if (back == null) {
                back = DatagramChannel.open();
                back.bind(new InetSocketAddress(listen.getAddress(), node.getPort()));
                bySourcePort.put(node.getPort(), back);
            }
            back.send(packet.flip(), new InetSocketAddress(node.getAddress(), listen.getPort()));
        }
    }
}
