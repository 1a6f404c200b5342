// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the link derives from the cluster's master secret, by HMAC-SHA-256: a key for each ordered pair of processes, and the
 * seal of hellos.
 *
 * <p>A pair's key is made of the zone and of both processes' names and starts: what one process sealed for another is worth
 * nothing between others, in the other direction, in another zone, or after a restart.
 *
 * <p><b>Threading</b>: any; allocates, and is not used per packet.
 */
public final class LinkKeys {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PAIR = "sluice-link-pair-1";
    private static final String HELLO = "sluice-link-hello-1";
    private static final String GOODBYE = "sluice-link-goodbye-1";

    private final SecretKeySpec master;

    /**
     * @param masterSecret of the cluster; copied
     */
    public LinkKeys(byte[] masterSecret) {
        master = new SecretKeySpec(masterSecret, ALGORITHM);
    }

    /** A key or a seal: 128 bits. */
    record Pair(long first, long second) {}

    /** The key of what one process sends another. */
    Pair pair(Zone zone, NodeId sender, long senderBoot, NodeId receiver, long receiverBoot) {
        return derive(PAIR, zone.name(), sender.value(), senderBoot, receiver.value(), receiverBoot);
    }

    /** The same hello, sealed. */
    LinkHello sealed(LinkHello hello) {
        return with(hello, seal(HELLO, hello));
    }

    /** The same hello, sealed as its process's last word. */
    LinkHello sealedAsGoodbye(LinkHello hello) {
        return with(hello, seal(GOODBYE, hello));
    }

    private static LinkHello with(LinkHello hello, Pair seal) {
        return new LinkHello(
                hello.node(),
                hello.bootId(),
                hello.zone(),
                hello.side(),
                hello.address(),
                hello.clockMs(),
                seal.first(),
                seal.second());
    }

    /** Whether a hello was sealed by who has the secret. */
    boolean isSealed(LinkHello hello) {
        return seal(HELLO, hello).equals(new Pair(hello.sealHigh(), hello.sealLow()));
    }

    /** Whether who has the secret sealed it as a last word. */
    boolean isSealedAsGoodbye(LinkHello goodbye) {
        return seal(GOODBYE, goodbye).equals(new Pair(goodbye.sealHigh(), goodbye.sealLow()));
    }

    private Pair seal(String as, LinkHello hello) {
        return derive(
                as,
                hello.zone().name(),
                hello.node().value(),
                hello.bootId(),
                hello.side().name(),
                hello.address().toString(),
                hello.clockMs());
    }

    /** Each part is led by its length, so that no two lists of parts are the same bytes. */
    private Pair derive(Object... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(master);
            for (Object part : parts) {
                byte[] bytes = part.toString().getBytes(StandardCharsets.UTF_8);
                mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
                mac.update(bytes);
            }
            ByteBuffer derived = ByteBuffer.wrap(mac.doFinal());
            return new Pair(derived.getLong(), derived.getLong());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }
}
