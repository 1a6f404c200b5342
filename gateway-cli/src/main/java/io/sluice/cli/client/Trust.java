// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Whom to believe that it is the gateway. */
final class Trust {

    private Trust() {}

    /**
     * Nobody: for a connection without TLS. An HTTP client that is given no context reads the JDK's certificates at once, a
     * quarter of the time that a command takes.
     */
    static SSLContext nobody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException none) {
            throw new IllegalStateException("every JDK has TLS", none);
        }
    }

    /** Only who is vouched for by the certificates of a PEM file. */
    static SSLContext only(Path pem) throws CommandFailure {
        Destination.requireRegular(pem, "certificates");
        try (InputStream stream = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(stream);
            if (certificates.isEmpty()) {
                throw new CommandFailure(ExitCode.USAGE, pem + ": has no certificate: expected PEM");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException unusable) {
            throw new CommandFailure(
                    ExitCode.USAGE, pem + ": cannot be used as certificates: " + unusable.getMessage());
        }
    }
}
