// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.node.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is replaced as a whole and begins with the SHA-256 of what follows. What was written is found again
 * after a power cut: the file and its directory are on the disk.
 */
final class SealedFile {

    private static final int SEAL_BYTES = 32;

    private final Path file;

    /** @param file where it is, or will be; its directory exists */
    SealedFile(Path file) {
        this.file = file;
    }

    void write(byte[] content) throws IOException {
        byte[] seal = seal(content);
        byte[] whole = Arrays.copyOf(seal, seal.length + content.length);
        System.arraycopy(content, 0, whole, seal.length, content.length);
        WholeFile.write(file, whole);
    }

    /**
     * What was written last; null where nothing was.
     *
     * @throws IOException where it is not as it was written, or cannot be read
     */
    byte @Nullable [] read() throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        byte[] whole = Files.readAllBytes(file);
        byte[] content = whole.length < SEAL_BYTES ? new byte[0] : Arrays.copyOfRange(whole, SEAL_BYTES, whole.length);
        if (!Arrays.equals(whole, 0, Math.min(SEAL_BYTES, whole.length), seal(content), 0, SEAL_BYTES)) {
            throw new IOException(file + " is damaged: expected it as it was written, or no such file");
        }
        return content;
    }

    private static byte[] seal(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
