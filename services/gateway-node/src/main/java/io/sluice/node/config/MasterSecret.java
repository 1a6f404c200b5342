// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.NamedFile;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.node.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cookie master secret: a file of at least {@value FlowCookies#SECRET_BYTES_MIN} bytes that all nodes of a gateway
 * share.
 *
 * <p>A node that stands alone makes it at its first start, readable by its owner only. A node with peers must be
 * given it: two secrets would make two cookies for one flow.
 *
 * <p>While the secret is changed a second file may be named, whose cookies are accepted and never issued; it is never made.
 */
public final class MasterSecret {

    private static final String KEY = "node.secret-file";
    private static final String ACCEPTED_KEY = "node.accepted-secret-file";
    private static final String DEFAULT_NAME = "master-secret";
    private static final int BYTES_MAX = 4_096;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private MasterSecret() {}

    /**
     * Reads the secret, or makes it where the node stands alone and none is there, and reads the accepted one where one is
     * named.
     *
     * @param config says where they are, relative to the data directory, and whether the node has peers
     * @param dataDirectory exists; null for a node that keeps nothing, whose own secret ends with it
     * @throws IOException naming the file and what is wrong with it
     */
    public static MasterSecrets all(NodeConfig config, @Nullable Path dataDirectory) throws IOException {
        byte[] issuing = obtain(config, dataDirectory);
        String accepted = config.acceptedSecretFile();
        if (accepted == null) {
            return new MasterSecrets(issuing, null);
        }
        Path file = place(ACCEPTED_KEY, accepted, dataDirectory);
        try {
            return new MasterSecrets(issuing, read(ACCEPTED_KEY, file));
        } catch (NoSuchFileException absent) {
            throw new IOException(ACCEPTED_KEY + ": " + file + " is not there", absent);
        }
    }

    /**
     * Reads the secret, or makes it where the node stands alone and none is there.
     *
     * @param config says where it is, relative to the data directory, and whether the node has peers
     * @param dataDirectory exists; null for a node that keeps nothing, whose own secret ends with it
     * @throws IOException naming the file and what is wrong with it
     */
    static byte[] obtain(NodeConfig config, @Nullable Path dataDirectory) throws IOException {
        String configured = config.secretFile();
        if (dataDirectory == null && configured == null && !knowsPeers(config.cluster())) {
            return random();
        }
        Path file = place(KEY, configured == null ? DEFAULT_NAME : configured, dataDirectory);
        try {
            return read(KEY, file);
        } catch (NoSuchFileException absent) {
            if (knowsPeers(config.cluster())) {
                throw new IOException(
                        KEY + ": " + file + " is not there; nodes of a cluster share one secret of at least "
                                + FlowCookies.SECRET_BYTES_MIN + " bytes: put the same file on each",
                        absent);
            }
            return make(file);
        }
    }

    private static Path place(String key, String name, @Nullable Path dataDirectory) throws IOException {
        Path file = dataDirectory == null ? Path.of(name) : dataDirectory.resolve(name);
        if (dataDirectory == null && !file.isAbsolute()) {
            throw new IOException(
                    key + ": " + file
                            + " is relative to the data directory, and there is none: expected --data-dir, or an absolute path");
        }
        return file;
    }

    private static byte[] read(String key, Path file) throws IOException {
        NamedFile named = new NamedFile(key, file);
        byte[] secret = named.read(BYTES_MAX, "a file of at least " + FlowCookies.SECRET_BYTES_MIN + " bytes");
        if (secret.length < FlowCookies.SECRET_BYTES_MIN) {
            throw new IOException(key + ": "
                    + "%s has %d bytes: expected at least %d"
                            .formatted(file, secret.length, FlowCookies.SECRET_BYTES_MIN));
        }
        named.warnUnlessPrivate();
        return secret;
    }

    /** A seed that names nobody but itself makes the secret that those who join it are then given. */
    private static boolean knowsPeers(ClusterSettings cluster) {
        return cluster.members().stream().anyMatch(member -> !member.equals(cluster.listen()));
    }

    private static byte[] random() {
        byte[] secret = new byte[FlowCookies.SECRET_BYTES_MIN];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /** Whole or not at all: half a secret would keep the node from its next start. */
    private static byte[] make(Path file) throws IOException {
        byte[] secret = random();
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        WholeFile.write(file, secret, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        return secret;
    }
}
