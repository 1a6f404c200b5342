// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whose journal it is: a digest of the master secret that the cookies in it come from. Members of one cluster have one
 * secret; under another the records are worth nothing.
 */
public final class JournalIdentity {

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "journal of flow records".getBytes(US_ASCII);

    private final byte[] digest;

    private JournalIdentity(byte[] digest) {
        this.digest = digest;
    }

    /**
     * The identity of a secret, which cannot be found out from it.
     *
     * @param masterSecret 1 byte or more; not kept
     */
    public static JournalIdentity of(byte[] masterSecret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(masterSecret, ALGORITHM));
            return new JournalIdentity(mac.doFinal(PURPOSE));
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }

    String text() {
        return HexFormat.of().formatHex(digest);
    }
}
