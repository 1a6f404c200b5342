// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import io.sluice.model.flow.FlowCookie;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cookie keys of one master secret: each epoch's, derived when it is first asked for.
 *
 * <p>Four epochs are kept, one for each value of a cookie's two bits. Those that a cookie of now may be of are four in a row
 * ({@link FlowCookies#issuedAtMs}), so whoever sends cookies of all kinds has no key derived twice a day.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Allocation</b>: where a key is derived.
 */
final class CookieKeys {

    /** The letters "cookiev1". */
    static final long DOMAIN = 0x636F_6F6B_6965_7631L;

    private static final String KEY_ALGORITHM = "HmacSHA256";
    private static final long NO_EPOCH = -1;

    private final SecretKeySpec master;
    private final long[] epochs = new long[FlowCookie.EPOCHS];
    private final long[] keys = new long[2 * FlowCookie.EPOCHS];

    /**
     * @param masterSecret copied
     * @throws IllegalArgumentException where it is too short
     */
    CookieKeys(byte[] masterSecret) {
        if (masterSecret.length < FlowCookies.SECRET_BYTES_MIN) {
            throw new IllegalArgumentException("the master secret has %d bytes: expected at least %d"
                    .formatted(masterSecret.length, FlowCookies.SECRET_BYTES_MIN));
        }
        master = new SecretKeySpec(masterSecret, KEY_ALGORITHM);
        Arrays.fill(epochs, NO_EPOCH);
    }

    /** The 64 bits of SipHash-2-4 of the first words of a message, under the key of an epoch. */
    long hash(long epoch, long[] words, int wordCount) {
        int place = (int) epoch & (FlowCookie.EPOCHS - 1);
        if (epochs[place] != epoch) {
            derive(epoch, place);
        }
        return SipHash24.hash(keys[2 * place], keys[2 * place + 1], words, 0, wordCount);
    }

    private void derive(long epoch, int place) {
        try {
            Mac hmac = Mac.getInstance(KEY_ALGORITHM);
            hmac.init(master);
            ByteBuffer derived = ByteBuffer.wrap(hmac.doFinal(ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(DOMAIN)
                            .putLong(epoch)
                            .array()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            keys[2 * place] = derived.getLong();
            keys[2 * place + 1] = derived.getLong();
            epochs[place] = epoch;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has " + KEY_ALGORITHM, impossible);
        }
    }
}
