// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    @Test
    void givesPortsBelowTheKernelsThatCanBeBoundAtOnce() throws Exception {
        List<ServerSocket> bound = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                bound.add(new ServerSocket(FreePorts.next(), 1, InetAddress.ofLiteral("127.0.0.1")));
            }

            assertThat(bound)
                    .extracting(ServerSocket::getLocalPort)
                    .doesNotHaveDuplicates()
                    .allSatisfy(port -> assertThat(port).isBetween(10_000, 32_767));
        } finally {
            for (ServerSocket socket : bound) {
                socket.close();
            }
        }
    }

    @Test
    void givesNoneThatIsTaken() throws Exception {
        HashSet<Integer> given = new HashSet<>();
        int taken = FreePorts.next();
        try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            // once around the block, and past the port that is taken
            while (given.add(FreePorts.next())) {
                assertThat(given).doesNotContain(taken);
            }
        }
        assertThat(given).hasSizeBetween(50, 500);
    }
}
