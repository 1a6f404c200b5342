// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.ConfigDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The text of a configuration file: UTF-8, bounded. */
final class ConfigFile {

    /** Bytes read at most. */
    static final int BYTES_MAX = ConfigDocuments.BYTES_MAX;

    /** Characters of a line at most: the parser needs seconds for each million of a longer one. */
    static final int LINE_CHARACTERS_MAX = 1 << 20;

    private ConfigFile() {}

    /**
     * Reads a file.
     *
     * @throws ConfigException where it is none, may not be read, is too long or not UTF-8
     * @throws IOException where reading fails
     */
    static String text(Path file) throws ConfigException, IOException {
        Problems problems = new Problems(file.toString());
        String text = "";
        if (Files.isDirectory(file)) {
            problems.add(0, "", "is a directory: expected a YAML file");
        } else {
            try (InputStream stream = Files.newInputStream(file)) {
                text = decode(stream.readNBytes(BYTES_MAX + 1), problems);
            } catch (NoSuchFileException absent) {
                problems.add(0, "", "there is no such file: expected a YAML file");
            } catch (AccessDeniedException denied) {
                problems.add(0, "", "may not be read by this user: expected a readable YAML file");
            }
        }
        problems.throwIfAny();
        return text;
    }

    /** SHA-256 of a file's text, in hexadecimal. */
    static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The text of a file's bytes; empty, and a problem, where there is none. */
    static String decode(byte[] bytes, Problems problems) {
        if (bytes.length > BYTES_MAX) {
            problems.add(0, "", "is too long: expected at most " + BYTES_MAX + " bytes");
            return "";
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        CharBuffer to = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(from, to, true);
        if (result.isError()) {
            int line = 1;
            for (int index = 0; index < from.position(); index++) {
                line += bytes[index] == '\n' ? 1 : 0;
            }
            problems.add(line, "", "not UTF-8: byte 0x%02x cannot be read here".formatted(bytes[from.position()]));
        }
        String text = to.flip().toString();
        refuseLongLines(text, problems);
        return text;
    }

    private static void refuseLongLines(String text, Problems problems) {
        int line = 1;
        for (int start = 0; start < text.length(); line++) {
            int end = text.indexOf('\n', start);
            int next = end < 0 ? text.length() : end;
            if (next - start > LINE_CHARACTERS_MAX) {
                problems.add(
                        line, "", "this line is too long: expected at most " + LINE_CHARACTERS_MAX + " characters");
            }
            start = next + 1;
        }
    }
}
