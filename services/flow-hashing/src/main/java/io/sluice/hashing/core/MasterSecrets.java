// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The master secrets of one process: the one that its cookies come from, and while secrets are changed another whose cookies
 * it takes too.
 *
 * <p><b>Changing</b> the secret of a cluster in three passes over its nodes, so that at any time each takes what every other
 * issues: the new one is accepted by all; it becomes the issuing one and the old one is accepted; the old one goes, once
 * flows of its cookies are no more.
 *
 * <p><b>Threading</b>: immutable. Never printed.
 */
public final class MasterSecrets {

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] issuing;
    private final byte @Nullable [] accepted;

    /**
     * @param issuing what cookies are issued under; copied
     * @param accepted what is accepted too, never issued under; copied, null for none
     */
    public MasterSecrets(byte[] issuing, byte @Nullable [] accepted) {
        this.issuing = issuing.clone();
        // the same one twice would only be asked twice
        this.accepted = accepted == null || Arrays.equals(issuing, accepted) ? null : accepted.clone();
    }

    /** Issues and verifies cookies; each event loop needs its own. */
    public FlowCookies cookies() {
        return new FlowCookies(issuing, accepted);
    }

    /** Copies, the issuing one first. */
    public List<byte[]> inOrder() {
        return accepted == null ? List.of(issuing.clone()) : List.of(issuing.clone(), accepted.clone());
    }

    /**
     * What tells one secret from another and cannot be turned back into it: a digest of each as hexadecimal digits, the
     * issuing one's first.
     *
     * @param purpose what they are for, ASCII: those of one purpose say nothing about those of another
     */
    public List<String> fingerprints(String purpose) {
        return inOrder().stream().map(secret -> fingerprint(secret, purpose)).toList();
    }

    private static String fingerprint(byte[] secret, String purpose) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(purpose.getBytes(US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
        }
    }
}
