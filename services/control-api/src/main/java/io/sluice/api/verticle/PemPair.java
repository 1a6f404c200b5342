// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.NamedFile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

/**
 * A certificate and its key as they are in their files now, checked: they can be read and belong together.
 *
 * <p><b>Threading</b>: immutable; reading waits for the disk.
 */
final class PemPair {

    private static final int BYTES_MAX = 1 << 20;

    private static final List<String> KEY_TYPES = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA");
    private static final byte[] SAMPLE = {1, 2, 3};

    private final byte[] certificate;
    private final byte[] key;

    private PemPair(byte[] certificate, byte[] key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Reads both files.
     *
     * @throws IOException naming the file, what is wrong with it, and what would be valid
     */
    static PemPair read(Vertx vertx, AdminTls files) throws IOException {
        PemPair pair = new PemPair(
                new NamedFile("admin.tls.certificate", files.certificate()).read(BYTES_MAX, "a PEM file"),
                key(files).read(BYTES_MAX, "a PEM file"));
        pair.check(vertx, files);
        return pair;
    }

    /** Warns where others than its owner can read the key of a pair that is used. */
    static void warnUnlessPrivate(AdminTls files) {
        key(files).warnUnlessPrivate();
    }

    private static NamedFile key(AdminTls files) {
        return new NamedFile("admin.tls.key", files.key());
    }

    PemKeyCertOptions options() {
        return new PemKeyCertOptions().setCertValue(Buffer.buffer(certificate)).setKeyValue(Buffer.buffer(key));
    }

    private void check(Vertx vertx, AdminTls files) throws IOException {
        boolean belong;
        try {
            belong = belong(options().getKeyManagerFactory(vertx).getKeyManagers());
        } catch (Exception unusable) {
            throw new IOException(
                    "admin.tls: " + files.certificate() + " and " + files.key() + " cannot be used ("
                            + unusable.getMessage() + "): expected a PEM certificate and its PEM key, not encrypted",
                    unusable);
        }
        if (!belong) {
            throw new IOException("admin.tls: the key in " + files.key() + " is not that of the certificate in "
                    + files.certificate() + ": expected a pair");
        }
    }

    private static boolean belong(KeyManager[] managers) throws GeneralSecurityException {
        for (KeyManager manager : managers) {
            for (String type : KEY_TYPES) {
                String[] aliases = manager instanceof X509KeyManager keys ? keys.getServerAliases(type, null) : null;
                if (aliases != null && aliases.length > 0) {
                    X509KeyManager keys = (X509KeyManager) manager;
                    return belong(
                            keys.getPrivateKey(aliases[0]), keys.getCertificateChain(aliases[0])[0].getPublicKey());
                }
            }
        }
        throw new GeneralSecurityException("no certificate of a kind that TLS takes");
    }

    private static boolean belong(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
        if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
            return false;
        }
        String algorithm = switch (open.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> open.getAlgorithm();
        };
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(secret);
        signer.update(SAMPLE);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(open);
        verifier.update(SAMPLE);
        return verifier.verify(signature);
    }

    /** Whether the files say the same as before. */
    boolean isSame(PemPair other) {
        return Arrays.equals(certificate, other.certificate) && Arrays.equals(key, other.key);
    }
}
