// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;

/**
 * Sends datagrams of growing size from a chosen address and port to an echo server and compares what comes back.
 *
 * <p><b>Threading</b>: {@link #run} belongs on a thread of the client's namespace.
 */
public record UdpExchange(
        InetAddress clientAddress, int clientPort, InetSocketAddress server, List<Integer> sizesBytes) {
    private static final int TIMEOUT_MS = 1000;
    private static final int ATTEMPTS_MAX = 4;

    /** Sends each size until its echo comes, at most four times; datagrams may be lost, but not for ever. */
    public Outcome run() {
        int repeats = 0;
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.bind(new InetSocketAddress(clientAddress, clientPort));
            socket.connect(server);
            socket.setSoTimeout(TIMEOUT_MS);
            for (int index = 0; index < sizesBytes.size(); index++) {
                byte[] data = new byte[sizesBytes.get(index)];
                new Content(clientPort * 1000L + index, data.length).fill(data, data.length, 0);
                int attempt = 1;
                while (!echoed(socket, data)) {
                    repeats++;
                    if (++attempt > ATTEMPTS_MAX) {
                        return Outcome.failure("no echo of " + data.length + " bytes");
                    }
                }
            }
            return Outcome.success(sizesBytes.size() + " echoes, " + repeats + " repeats");
        } catch (IOException e) {
            return Outcome.failure(String.valueOf(e.getMessage()));
        }
    }

    private static boolean echoed(DatagramSocket socket, byte[] data) throws IOException {
        socket.send(new DatagramPacket(data, data.length));
        DatagramPacket answer = new DatagramPacket(new byte[65536], 65536);
        // A late echo of an earlier attempt has other bytes: skip a few of those before giving up.
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            try {
                socket.receive(answer);
            } catch (SocketTimeoutException e) {
                return false;
            }
            if (Arrays.equals(data, 0, data.length, answer.getData(), 0, answer.getLength())) {
                return true;
            }
        }
        return false;
    }
}
