// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.document.Document;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The context file: gateways by name, and which one is asked where nobody says.
 *
 * @param file where it is
 * @param current name of the one that is asked; empty for none
 * @param all every context, in the file's order
 */
public record Contexts(Path file, String current, List<Context> all) {

    private static final Set<String> CONTEXT_KEYS = Set.of("name", "url", "token", "token-file", "ca-file");

    /** Copies. */
    public Contexts {
        all = List.copyOf(all);
    }

    /** Reads the file; there are none where it is absent. */
    public static Contexts read(Path file) throws CommandFailure {
        if (!Files.exists(file)) {
            return new Contexts(file, "", List.of());
        }
        JsonNode tree = Document.read(file);
        if (tree.isNull()) {
            return new Contexts(file, "", List.of());
        }
        requireKeys(file, "", tree, Set.of("current", "contexts"));
        if (tree.has("contexts") && !tree.path("contexts").isArray()) {
            throw new CommandFailure(ExitCode.USAGE, file + ": contexts: expected a list");
        }
        List<Context> all = new ArrayList<>();
        for (JsonNode context : tree.path("contexts")) {
            requireKeys(file, "contexts[" + all.size() + "]: ", context, CONTEXT_KEYS);
            String name = context.path("name").asText();
            String url = context.path("url").asText();
            if (name.isEmpty() || url.isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE, file + ": contexts[" + all.size() + "]: expected a name and a url");
            }
            all.add(new Context(
                    name, url, text(context, "token"), text(context, "token-file"), text(context, "ca-file")));
        }
        return new Contexts(file, tree.path("current").asText(), all);
    }

    /** A misspelt key must not lead to another gateway than was meant. */
    private static void requireKeys(Path file, String where, JsonNode tree, Set<String> keys) throws CommandFailure {
        String expected = "expected keys of " + String.join(", ", new TreeSet<>(keys));
        if (!tree.isObject()) {
            throw new CommandFailure(ExitCode.USAGE, file + ": " + where + expected);
        }
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            if (!keys.contains(entry.getKey())) {
                throw new CommandFailure(
                        ExitCode.USAGE, file + ": " + where + "unknown key " + entry.getKey() + ": " + expected);
            }
        }
    }

    private static @Nullable String text(JsonNode context, String key) {
        String text = context.path(key).asText();
        return text.isEmpty() ? null : text;
    }

    /** The context of a name. */
    public Context named(String name) throws CommandFailure {
        StringJoiner known = new StringJoiner(", ");
        for (Context context : all) {
            if (context.name().equals(name)) {
                return context;
            }
            known.add(context.name());
        }
        throw new CommandFailure(
                ExitCode.NOT_FOUND,
                file + ": there is no context '" + name + "': "
                        + (all.isEmpty() ? "add one with sluice context add" : "expected " + known));
    }

    /** The same with another current one, which must exist. */
    public Contexts using(String name) throws CommandFailure {
        return new Contexts(file, named(name).name(), all);
    }

    /** The same with a context more, or in place of its namesake. */
    public Contexts with(Context added) {
        List<Context> next = new ArrayList<>(all);
        next.removeIf(context -> context.name().equals(added.name()));
        next.add(added);
        return new Contexts(file, current, next);
    }

    /** The same without a context. */
    public Contexts without(String name) {
        List<Context> next = new ArrayList<>(all);
        next.removeIf(context -> context.name().equals(name));
        return new Contexts(file, current.equals(name) ? "" : current, next);
    }

    /** Writes the file, whole or not at all; only its owner may read it, as there may be tokens in it. */
    public void write() throws CommandFailure {
        List<Map<String, String>> contexts = new ArrayList<>();
        for (Context context : all) {
            Map<String, String> keys = new LinkedHashMap<>();
            keys.put("name", context.name());
            keys.put("url", context.url());
            put(keys, "token", context.token());
            put(keys, "token-file", context.tokenFile());
            put(keys, "ca-file", context.caFile());
            contexts.add(keys);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        if (!current.isEmpty()) {
            tree.put("current", current);
        }
        tree.put("contexts", contexts);
        Path directory = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(directory);
            Path fresh = Files.createTempFile(
                    directory,
                    "contexts",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(fresh, Document.yaml(tree));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                // not there any more once it was moved
                Files.deleteIfExists(fresh);
            }
        } catch (FileAlreadyExistsException notADirectory) {
            throw new CommandFailure(ExitCode.FAILED, directory + ": is a file: expected a directory");
        } catch (IOException unwritable) {
            throw new CommandFailure(ExitCode.FAILED, file + ": cannot be written: " + unwritable);
        }
    }

    private static void put(Map<String, String> keys, String key, @Nullable String value) {
        if (value != null) {
            keys.put(key, value);
        }
    }
}
