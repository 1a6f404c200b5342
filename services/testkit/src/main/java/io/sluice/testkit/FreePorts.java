// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports that a test may tell a process of its own to listen at.
 *
 * <p>They are free for TCP and UDP at every address, and stay so for long enough: they are below the ports that the kernel gives
 * to sockets that ask for none (32,768 and up), so no connection of anyone takes one before it is bound, and test processes that
 * run side by side draw from blocks of their own. No port is given twice until the block of {@value #BLOCK} is used up.
 *
 * <p><b>Threading</b>: any thread.
 */
public final class FreePorts {

    private static final int FIRST = 10_000;
    private static final int BLOCK = 500;
    private static final int BLOCKS = 45;

    private static final int OWN_BLOCK =
            FIRST + BLOCK * (int) (ProcessHandle.current().pid() % BLOCKS);
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(BLOCK));

    private FreePorts() {}

    /**
     * The next one.
     *
     * @throws UncheckedIOException if none of the block is free
     */
    public static int next() {
        for (int tried = 0; tried < BLOCK; tried++) {
            int port = OWN_BLOCK + Math.floorMod(NEXT.getAndIncrement(), BLOCK);
            if (isFree(port)) {
                return port;
            }
        }
        throw new UncheckedIOException(
                new IOException("none of the ports from " + OWN_BLOCK + " to " + (OWN_BLOCK + BLOCK - 1) + " is free"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket(port);
                DatagramSocket udp = new DatagramSocket(port)) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
