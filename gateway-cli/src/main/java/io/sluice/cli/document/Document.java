// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A document of at most 16 MiB, in YAML or JSON (which is YAML too). */
public final class Document {

    /** Bytes of a document, at most. */
    private static final int BYTES_MAX = 16 << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Document() {}

    /**
     * The bytes of a file.
     *
     * @param file where it is; {@code -} for standard input
     * @param input standard input
     */
    public static byte[] bytes(Path file, InputStream input) throws CommandFailure {
        if ("-".equals(file.toString())) {
            return bounded(file, input);
        }
        try (InputStream stream = Files.newInputStream(file)) {
            return bounded(file, stream);
        } catch (NoSuchFileException absent) {
            throw new CommandFailure(ExitCode.USAGE, file + ": there is no such file");
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, file + ": cannot be read: " + unreadable.getMessage());
        }
    }

    private static byte[] bounded(Path file, InputStream stream) throws CommandFailure {
        try {
            byte[] document = stream.readNBytes(BYTES_MAX + 1);
            if (document.length > BYTES_MAX) {
                throw new CommandFailure(
                        ExitCode.USAGE, file + ": is too long: expected at most " + BYTES_MAX + " bytes");
            }
            return document;
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, file + ": cannot be read: " + unreadable.getMessage());
        }
    }

    /** What a file says; an object or a list. */
    public static JsonNode read(Path file) throws CommandFailure {
        return parse(file, bytes(file, InputStream.nullInputStream()));
    }

    /**
     * What a document says.
     *
     * @param file its name, for messages
     * @param document its bytes, UTF-8
     */
    public static JsonNode parse(Path file, byte[] document) throws CommandFailure {
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(file.toString())
                    .setCodePointLimit(BYTES_MAX)
                    .build();
            Object tree = new Load(settings).loadFromString(new String(document, StandardCharsets.UTF_8));
            return MAPPER.valueToTree(tree);
        } catch (MarkedYamlEngineException notYaml) {
            // its message would quote the file, which may be one with tokens in it
            throw new CommandFailure(
                    ExitCode.USAGE,
                    file + ": is neither YAML nor JSON: "
                            + notYaml.getProblemMark()
                                    .map(mark -> "line " + (mark.getLine() + 1) + ": ")
                                    .orElse("")
                            + notYaml.getProblem());
        } catch (YamlEngineException | IllegalArgumentException notYaml) {
            throw new CommandFailure(ExitCode.USAGE, file + ": is neither YAML nor JSON: " + notYaml.getMessage());
        }
    }

    /** A tree of maps, lists and scalars as YAML. */
    public static String yaml(Object tree) {
        DumpSettings settings =
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(tree);
    }
}
