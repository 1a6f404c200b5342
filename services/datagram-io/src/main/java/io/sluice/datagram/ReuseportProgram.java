// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.ChannelException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands a classic BPF program to the kernel, for all sockets that share an address. */
final class ReuseportProgram {

    private static final Logger LOG = LoggerFactory.getLogger(ReuseportProgram.class);

    private ReuseportProgram() {}

    /** Whether the kernel took the program; where not, the reason is logged. */
    static boolean attach(ClassicBpf.RawOptions options, long[] instructions) {
        try {
            ClassicBpf.attach(options, ClassicBpf.SO_ATTACH_REUSEPORT_CBPF, instructions);
            return true;
        } catch (IOException | ChannelException refused) {
            LOG.atWarn()
                    .setCause(refused)
                    .addKeyValue("event", "reuseport_program_refused")
                    .log("the kernel spreads datagrams by a hash of its own");
            return false;
        }
    }
}
