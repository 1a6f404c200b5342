// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import io.sluice.api.AuditLog;
import io.sluice.api.ProblemCode;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.api.store.TokenStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a process: 256 random bits behind {@value #PREFIX}, shown once and kept as their SHA-256 only.
 *
 * <p>As soon as there is a token, one is needed; so there is always an admin among them whose token has no end: the first
 * one is, and the last one stays. At most {@value #TOKENS_MAX}.
 *
 * <p><b>Threading</b>: any thread; what writes to the store any but an event loop.
 */
public final class TokenBook {

    /** What a token begins with, so that one that leaked is found. */
    public static final String PREFIX = "sluice_";

    private static final int TOKENS_MAX = 1_000;
    private static final int TOKEN_BYTES = 32;

    /** How coarse the time of the last use is kept. */
    private static final long USED_MS = 3_600_000;

    /** What became of a wish. */
    public sealed interface Outcome {}

    /**
     * A token was made.
     *
     * @param token as it is kept
     * @param secret the token itself: shown now and never again
     */
    public record Issued(TokenRecord token, String secret) implements Outcome {
        @Override
        public String toString() {
            return "Issued[" + token.name() + "]";
        }
    }

    /**
     * A token counts no more, or none did.
     *
     * @param name which
     */
    public record Revoked(String name) implements Outcome {}

    /**
     * It cannot be.
     *
     * @param status HTTP status that says so
     * @param code stable word for programs
     * @param field what is wrong; empty where it is no field
     * @param detail what is wrong, what would be valid
     */
    public record Refused(int status, ProblemCode code, String field, String detail) implements Outcome {}

    /** Names that earlier versions took and no request can have in its path, and what their tokens are called since. */
    private static final Map<String, String> RENAMED = Map.of(".", "dot", "..", "dot-dot");

    private static final Logger LOG = LoggerFactory.getLogger(TokenBook.class);

    private final TokenStore store;
    private final SecureRandom random;
    private final LongSupplier wallClockMs;
    private volatile Map<String, TokenRecord> tokens;

    /**
     * Reads the tokens there are. One whose name cannot be a piece of a path, and which so could not be revoked, is kept under
     * another name from then on.
     *
     * @param store keeps them
     * @param random makes them
     * @param wallClockMs milliseconds since 1970
     */
    public TokenBook(TokenStore store, SecureRandom random, LongSupplier wallClockMs) throws StoreUnavailable {
        this.store = store;
        this.random = random;
        this.wallClockMs = wallClockMs;
        Map<String, TokenRecord> read = new TreeMap<>();
        store.tokens().forEach(token -> read.put(token.name(), token));
        for (String name : RENAMED.keySet()) {
            TokenRecord token = read.remove(name);
            if (token != null) {
                TokenRecord renamed = rename(token, read);
                read.put(renamed.name(), renamed);
            }
        }
        this.tokens = read;
    }

    /** The new name is written before the old one goes: where the process ends between them, this is done again. */
    private TokenRecord rename(TokenRecord token, Map<String, TokenRecord> others) throws StoreUnavailable {
        String wanted = Objects.requireNonNull(RENAMED.get(token.name()));
        String name = wanted;
        for (int n = 2; others.containsKey(name) && !others.get(name).digest().equals(token.digest()); n++) {
            name = wanted + "-" + n;
        }
        TokenRecord renamed = token.named(name);
        AuditEntry entry = AuditEntry.of(
                wallClockMs.getAsLong(),
                new ChangeOrigin("node", "rename token"),
                "token " + token.name() + " is token " + name);
        store.put(renamed, entry);
        store.remove(token.name(), entry);
        AuditLog.say(entry);
        LOG.atWarn()
                .addKeyValue("event", "token_renamed")
                .addKeyValue("name", token.name())
                .addKeyValue("renamed", name)
                .log("no request could revoke a token of that name: it counts on under the new one");
        return renamed;
    }

    /** Whether no token was ever made, or all were revoked. */
    public boolean isEmpty() {
        return tokens.isEmpty();
    }

    /** Whether somebody can still do everything. */
    public boolean hasAdmin() {
        long nowMs = wallClockMs.getAsLong();
        return tokens.values().stream().anyMatch(token -> token.isAdmin() && token.isValid(nowMs));
    }

    private static boolean hasLastingAdmin(Collection<TokenRecord> among) {
        return among.stream().anyMatch(token -> token.isAdmin() && token.expiresMs() == 0);
    }

    /** All of them, in order of their names. */
    public List<TokenRecord> list() {
        return List.copyOf(tokens.values());
    }

    /** The valid token that somebody shows; takes the same time whichever it is, and for any that is none. */
    public Optional<TokenRecord> find(String presented) {
        byte[] shown = digest(presented);
        TokenRecord found = null;
        for (TokenRecord token : tokens.values()) {
            if (MessageDigest.isEqual(shown, HexFormat.of().parseHex(token.digest()))) {
                found = token;
            }
        }
        return Optional.ofNullable(found).filter(token -> token.isValid(wallClockMs.getAsLong()));
    }

    /**
     * Makes a token.
     *
     * @param name unique
     * @param role what it allows
     * @param lifetimeMs how long it counts; 0 for ever
     * @param who whose doing it is
     */
    public Outcome issue(String name, TokenRole role, long lifetimeMs, String who) throws StoreUnavailable {
        return issue(name, role, lifetimeMs, who, newSecret());
    }

    /** A token that nobody has yet. */
    public String newSecret() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The same as {@link #issue(String, TokenRole, long, String)}, of a secret that is kept somewhere already. */
    public synchronized Outcome issue(String name, TokenRole role, long lifetimeMs, String who, String secret)
            throws StoreUnavailable {
        if (tokens.containsKey(name)) {
            return new Refused(
                    409,
                    ProblemCode.ALREADY_EXISTS,
                    "name",
                    "there is a token " + name + ", which is shown to nobody again: expected another name, or revoke it"
                            + " before");
        }
        if (tokens.size() >= TOKENS_MAX) {
            return new Refused(
                    409, ProblemCode.TOO_MANY_TOKENS, "", "there are " + TOKENS_MAX + " tokens: revoke one before");
        }
        boolean lastingAdmin = role.equals(TokenRole.ADMIN) && lifetimeMs == 0;
        if (!lastingAdmin && !hasLastingAdmin(tokens.values())) {
            return new Refused(
                    409,
                    ProblemCode.ADMIN_FIRST,
                    role.equals(TokenRole.ADMIN) ? "expires-in-seconds" : "role",
                    "once there is a token, one is needed for everything: expected an admin token that does not end"
                            + " before this one");
        }
        long nowMs = wallClockMs.getAsLong();
        TokenRecord token = new TokenRecord(
                name,
                role,
                HexFormat.of().formatHex(digest(secret)),
                nowMs,
                0,
                lifetimeMs == 0 ? 0 : nowMs + lifetimeMs);
        AuditEntry entry =
                AuditEntry.of(nowMs, new ChangeOrigin(who, "issue token"), "token " + name + " " + role.text());
        store.put(token, entry);
        replace(name, token);
        AuditLog.say(entry);
        return new Issued(token, secret);
    }

    /**
     * Ends a token; one that is not there has ended.
     *
     * @param name which
     * @param needed whether a token is needed even where none is left
     * @param who whose doing it is
     */
    public synchronized Outcome revoke(String name, boolean needed, String who) throws StoreUnavailable {
        TokenRecord token = tokens.get(name);
        if (token == null) {
            return new Revoked(name);
        }
        Map<String, TokenRecord> left = new TreeMap<>(tokens);
        left.remove(name);
        if (token.isAdmin() && !hasLastingAdmin(left.values()) && (needed || !left.isEmpty())) {
            return new Refused(
                    409,
                    ProblemCode.LAST_ADMIN,
                    "",
                    "nobody could make tokens any more: expected another admin token that does not end before");
        }
        AuditEntry entry =
                AuditEntry.of(wallClockMs.getAsLong(), new ChangeOrigin(who, "revoke token"), "token " + name);
        store.remove(name, entry);
        replace(name, null);
        AuditLog.say(entry);
        return new Revoked(name);
    }

    /** Whether a token's last use is worth a note: see {@link #noteUse}. */
    boolean isNewsOf(TokenRecord token) {
        return wallClockMs.getAsLong() - token.lastUsedMs() >= USED_MS;
    }

    /** Notes that a token is used, to the hour; one revoked meanwhile stays so. */
    synchronized void noteUse(String name) throws StoreUnavailable {
        TokenRecord token = tokens.get(name);
        if (token != null && isNewsOf(token)) {
            TokenRecord used = token.usedAt(wallClockMs.getAsLong() / USED_MS * USED_MS);
            replace(name, used);
            store.touch(used);
        }
    }

    private void replace(String name, @Nullable TokenRecord token) {
        Map<String, TokenRecord> next = new TreeMap<>(tokens);
        if (token == null) {
            next.remove(name);
        } else {
            next.put(name, token);
        }
        tokens = next;
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
