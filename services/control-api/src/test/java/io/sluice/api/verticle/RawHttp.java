// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Says over TCP what the JDK's client would refuse to say. */
final class RawHttp {

    private static final int LIMIT_MS = 30_000;

    private RawHttp() {}

    /** Sends a request line and what comes after its Host, and goes away. */
    static void begin(Ipv4SocketAddress server, String requestLine, String rest) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral(server.address().toString()), server.port())) {
            String request = requestLine + "\r\nHost: " + server + "\r\n" + rest;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Sends a request line and returns all that comes back. */
    static String ask(Ipv4SocketAddress server, String requestLine) throws IOException {
        return ask(server, requestLine, "\r\n");
    }

    /** Sends a request line and what comes after its Host, and returns all that comes back. */
    static String ask(Ipv4SocketAddress server, String requestLine, String rest) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral(server.address().toString()), server.port())) {
            socket.setSoTimeout(LIMIT_MS);
            String request = requestLine + "\r\nHost: " + server + "\r\nConnection: close\r\n" + rest;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
