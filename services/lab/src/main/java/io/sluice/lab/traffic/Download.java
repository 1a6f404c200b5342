// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * One HTTP download over a TCP connection from a chosen address and port, whose SHA-256 is compared.
 *
 * <p><b>Threading</b>: {@link #run} belongs on a thread of the client's namespace; {@link #abort} and
 * {@link #receivedBytes} may be called from any.
 */
public final class Download {
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final int RESPONSE_HEADER_BYTES_MAX = 8192;

    private final InetSocketAddress client;
    private final InetSocketAddress server;
    private final Content content;
    private final boolean slow;
    private final int readTimeoutMs;
    private final Socket socket = new Socket();
    private volatile long received;

    /**
     * A download that has not started.
     *
     * @param readTimeoutMs how long nothing may arrive before the download is given up
     */
    public Download(
            InetAddress clientAddress,
            int clientPort,
            InetSocketAddress server,
            Content content,
            boolean slow,
            int readTimeoutMs) {
        this.client = new InetSocketAddress(clientAddress, clientPort);
        this.server = server;
        this.content = content;
        this.slow = slow;
        this.readTimeoutMs = readTimeoutMs;
    }

    /** Bytes of the body that have arrived. */
    public long receivedBytes() {
        return received;
    }

    /** Connects, downloads, compares; never throws for what the network does. */
    public Outcome run() {
        try (socket) {
            socket.setReuseAddress(true);
            socket.setSoTimeout(readTimeoutMs);
            socket.bind(client);
            socket.connect(server, CONNECT_TIMEOUT_MS);
            String request = "GET /" + (slow ? "slow" : "file") + "/" + content.seed() + "/" + content.lengthBytes()
                    + " HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            String header = header(in);
            if (!header.startsWith("HTTP/1.1 200 ")) {
                return Outcome.failure("answer " + header.lines().findFirst().orElse("empty"));
            }
            MessageDigest digest = Content.newSha256();
            byte[] buffer = new byte[1 << 14];
            long total = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                total += count;
                received = total;
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            if (!sha256.equals(content.sha256())) {
                return Outcome.failure("SHA-256 differs after " + received + " of " + content.lengthBytes() + " bytes");
            }
            return Outcome.success(received + " bytes, SHA-256 " + sha256.substring(0, 12));
        } catch (IOException e) {
            return Outcome.failure(e.getMessage() + " after " + received + " of " + content.lengthBytes() + " bytes");
        }
    }

    /** Ends the connection from this side. */
    public void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("closing a socket that nothing flushes to", e);
        }
    }

    private static String header(InputStream in) throws IOException {
        StringBuilder header = new StringBuilder();
        while (header.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || header.length() > RESPONSE_HEADER_BYTES_MAX) {
                throw new IOException("no complete response header");
            }
            header.append((char) next);
        }
        return header.toString();
    }
}
