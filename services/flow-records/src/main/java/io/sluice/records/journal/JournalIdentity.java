// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Whose journal it is: a digest of the master secret that the cookies in it come from. Members of one cluster have one
 * secret; under another the records are worth nothing. While secrets are changed the journal of the other accepted one is
 * taken over.
 */
public final class JournalIdentity {

    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] PURPOSE = "journal of flow records".getBytes(US_ASCII);

    private final String text;
    private final List<String> accepted;

    private JournalIdentity(String text, List<String> accepted) {
        this.text = text;
        this.accepted = accepted;
    }

    /**
     * The identity of a secret, which cannot be found out from it.
     *
     * @param masterSecret 1 byte or more; not kept
     */
    public static JournalIdentity of(byte[] masterSecret) {
        return of(List.of(masterSecret));
    }

    /**
     * The identity of the first of some secrets, to which journals of the others belong too.
     *
     * @param masterSecrets of 1 byte or more each, at least one; not kept
     */
    public static JournalIdentity of(List<byte[]> masterSecrets) {
        List<String> digests =
                masterSecrets.stream().map(JournalIdentity::digest).toList();
        return new JournalIdentity(digests.getFirst(), digests);
    }

    private static String digest(byte[] masterSecret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(masterSecret, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(PURPOSE));
        } catch (NoSuchAlgorithmException | InvalidKeyException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }

    /** What a journal says whose it is. */
    String text() {
        return text;
    }

    /** Whether a journal that says so is taken. */
    boolean takes(String other) {
        return accepted.contains(other);
    }
}
