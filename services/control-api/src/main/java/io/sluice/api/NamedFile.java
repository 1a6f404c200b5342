// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file that a configuration key names: a certificate, a key, a secret. Only a regular file is read, or a link to
 * one: to open a pipe waits for somebody to write to it, and a device may have no end.
 *
 * <p><b>Threading</b>: any thread but an event loop; reading waits for the disk.
 *
 * @param key the configuration key that names it, for messages
 * @param path where it is
 */
public record NamedFile(String key, Path path) {

    private static final Logger LOG = LoggerFactory.getLogger(NamedFile.class);

    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    /**
     * All of it.
     *
     * @param bytesMax how long it is at most
     * @param expected what would be valid, for messages
     * @throws NoSuchFileException where nothing is there, naming key and file
     * @throws IOException naming key and file, what is wrong, and what would be valid
     */
    public byte[] read(int bytesMax, String expected) throws IOException {
        String name = key + ": " + path;
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException(name + " is no regular file: expected " + expected);
        }
        try (InputStream stream = Files.newInputStream(path)) {
            byte[] bytes = stream.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new IOException(name + " is too long: expected at most " + bytesMax + " bytes");
            }
            return bytes;
        } catch (NoSuchFileException absent) {
            throw new NoSuchFileException(name, null, "is not there: expected " + expected);
        } catch (AccessDeniedException denied) {
            throw new IOException(name + " may not be read by this user: expected " + expected, denied);
        }
    }

    /** Warns where others than its owner can read or write what is a secret. */
    public void warnUnlessPrivate() {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            if (mode.stream().anyMatch(OF_OTHERS::contains)) {
                LOG.atWarn()
                        .addKeyValue("event", "secret_not_private")
                        .addKeyValue("key", key)
                        .addKeyValue("file", path)
                        .addKeyValue("mode", PosixFilePermissions.toString(mode))
                        .log("others than its owner can use this secret: chmod 600 {}", path);
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            LOG.atDebug().setCause(unknown).log("event=secret_mode_unknown file={}", path);
        }
    }
}
