// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which gateway is asked, and as whom. A context's token and certificates go to the context's address only.
 *
 * @param base where the admin port is, with a slash at the end
 * @param token the access token; null for none
 * @param caFile PEM certificates that vouch for the gateway; null for the JDK's
 */
public record Destination(
        URI base, @Nullable String token, @Nullable Path caFile) {

    /** Where a gateway is looked for when nobody says where. */
    public static final String DEFAULT_URL = "http://127.0.0.1:8080";

    private static final int TOKEN_CHARACTERS_MAX = 4_096;

    /**
     * Chooses: an option, else the variable, else the context named by option or variable, else the current context.
     *
     * @param url option {@code --url}
     * @param context option {@code --context}
     * @param tokenFile option {@code --token-file}
     * @param caFile option {@code --ca-file}
     * @param around the process's variables and context file
     */
    public static Destination choose(
            @Nullable String url,
            @Nullable String context,
            @Nullable Path tokenFile,
            @Nullable Path caFile,
            Surroundings around)
            throws CommandFailure {
        if (url != null && context != null) {
            throw new CommandFailure(ExitCode.USAGE, "--url and --context: expected one of them");
        }
        Context from = context(url, context, around);
        String token = token(tokenFile, around);
        String given = around.variable("SLUICE_CA_FILE");
        Path trusted = caFile == null && given != null ? Path.of(given) : caFile;
        return new Destination(
                base(from.url()),
                token == null ? from.accessToken() : token,
                trusted == null && from.caFile() != null ? Path.of(from.caFile()) : trusted);
    }

    /** Whether the token could be read on its way. */
    public boolean exposesToken() {
        String host = base.getHost();
        boolean local = host.matches("127(\\.[0-9]{1,3}){3}") || "localhost".equals(host) || "[::1]".equals(host);
        return token != null && isPlain() && !local;
    }

    /** Whether it is asked without TLS. */
    boolean isPlain() {
        return "http".equals(base.getScheme());
    }

    /** Never says the token. */
    @Override
    public String toString() {
        return base.toString();
    }

    private static Context context(@Nullable String url, @Nullable String name, Surroundings around)
            throws CommandFailure {
        String variable = around.variable("SLUICE_URL");
        if (url != null || (name == null && variable != null)) {
            return Context.of(url == null && variable != null ? variable : String.valueOf(url));
        }
        Contexts contexts = Contexts.read(around.contextsFile());
        String wanted = name == null ? around.variable("SLUICE_CONTEXT") : name;
        if (wanted != null) {
            return contexts.named(wanted);
        }
        return contexts.current().isEmpty() ? Context.of(DEFAULT_URL) : contexts.named(contexts.current());
    }

    private static @Nullable String token(@Nullable Path file, Surroundings around) throws CommandFailure {
        return file == null ? around.variable("SLUICE_TOKEN") : token(file);
    }

    /** The token in a file: its first line. */
    static String token(Path file) throws CommandFailure {
        requireRegular(file, "the token");
        try {
            if (Files.size(file) > TOKEN_CHARACTERS_MAX) {
                throw new CommandFailure(ExitCode.USAGE, file + ": is no token: expected one line");
            }
            String token = Files.readString(file).strip();
            if (token.isEmpty() || !token.chars().allMatch(letter -> letter > ' ' && letter < 127)) {
                throw new CommandFailure(ExitCode.USAGE, file + ": is no token: expected one line without spaces");
            }
            return token;
        } catch (IOException unreadable) {
            throw new CommandFailure(ExitCode.USAGE, file + ": the token cannot be read: " + unreadable);
        }
    }

    /** To open a pipe waits until somebody writes to it, and a device may have no end. */
    static void requireRegular(Path file, String what) throws CommandFailure {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new CommandFailure(ExitCode.USAGE, file + ": is no regular file: expected one with " + what);
        }
    }

    /** An address as a person writes it. */
    public static URI base(String url) throws CommandFailure {
        try {
            URI parsed = URI.create(url.endsWith("/") ? url : url + "/");
            if (parsed.getHost() != null && ("http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme()))) {
                return parsed;
            }
        } catch (IllegalArgumentException notAUri) {
            // said below
        }
        throw new CommandFailure(ExitCode.USAGE, "--url: '" + url + "': expected for example " + DEFAULT_URL);
    }
}
