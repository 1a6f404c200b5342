// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.LinkHello;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJZ_Result;

/** The loop that hears hellos publishes who is linked to; any thread reads it. */
public final class LinkDirectoryStress {

    private static final List<LinkKeys> KEYS = List.of(new LinkKeys(new byte[32]));
    private static final LinkHello HELLO = KEYS.getFirst().sealed(StressPeers.hello(2));
    private static final String ANNOUNCED = LinkDirectory.announcement(HELLO.address(), HELLO.bootId());

    private LinkDirectoryStress() {}

    /** Hears one hello. */
    static class Hearing {

        final LinkDirectory directory = new LinkDirectory(
                new NodeId("codec-1"),
                1,
                StressPeers.ZONE,
                LinkHello.Side.CODEC,
                Ipv4SocketAddress.parse("10.0.0.9:6082"),
                KEYS);

        void hear() {
            directory.accept(HELLO, ANNOUNCED, 0);
        }
    }

    /** Who sees that there is a peer finds it at its place, with its clock, and linked to. */
    @JCStressTest
    @Outcome(id = "6082, 2, true", expect = ACCEPTABLE, desc = "all of it")
    @Outcome(id = "0, 0, false", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(expect = FORBIDDEN, desc = "a part of it")
    @State
    public static class PeerIsSeenWhole extends Hearing {

        /** Longer than hearing takes. */
        private static final int LOOKS = 10_000;

        private static final int NOT_AT_ITS_PLACE = -1;

        @Actor
        public void hearing() {
            hear();
        }

        @Actor
        public void shard(IJZ_Result seen) {
            for (int look = 0; look < LOOKS; look++) {
                if (directory.peers().count(LinkHello.Side.INGRESS) > 0) {
                    report(directory.peers(), seen);
                    return;
                }
            }
        }

        private static void report(LinkPeers peers, IJZ_Result seen) {
            LinkPeer peer =
                    peers.at(HELLO.address().address().bits(), HELLO.address().port());
            seen.r1 = peer == null ? NOT_AT_ITS_PLACE : peer.port;
            seen.r2 = peer == null ? 0 : peer.epoch(0);
            seen.r3 = peer != null && peer.linked();
        }
    }

    /** Who goes on looking sees the peer in the end. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "seen")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "never seen")
    @State
    public static class PeerIsSeenInTheEnd extends Hearing {

        @Actor
        public void shard() {
            while (directory.peers().count(LinkHello.Side.INGRESS) == 0) {
                // looks again
            }
        }

        @Signal
        public void hearing() {
            hear();
        }
    }
}
