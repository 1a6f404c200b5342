// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.Printable;
import io.sluice.api.ProblemCode;
import io.sluice.api.WriteWorkers;
import io.sluice.api.access.Identity;
import io.sluice.api.access.TokenBook;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/tokens}: {@code POST} with {@code name}, {@code role} and, if it shall end, {@code expires-in-seconds} makes a
 * token and shows it this once; {@code GET} lists them without what opens anything; {@code DELETE /v1/tokens/<name>} ends
 * one at once.
 */
public final class TokensRoute implements AdminRoute {

    private static final String PATH = "/v1/tokens";
    private static final long LIFETIME_S_MAX = 10L * 365 * 24 * 3_600;
    private static final int MS = 1_000;
    private static final List<String> KEYS = List.of("name", "role", "expires-in-seconds");

    private final TokenBook tokens;
    private final boolean needed;

    /**
     * @param tokens those of the process
     * @param needed whether one is needed even where none is left
     */
    public TokensRoute(TokenBook tokens, boolean needed) {
        this.tokens = tokens;
        this.needed = needed;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("listTokens", this::list).on("createToken", this::issue).on("deleteToken", this::revoke);
    }

    private void list(RoutingContext context) {
        ListPage page = new ListPage(context);
        List<TokenRecord> chosen = tokens.list().stream()
                .filter(token -> page.isNamed(token.name()))
                .toList();
        context.json(new JsonObject(page.of(
                "tokens", chosen, TokenRecord::name, token -> json(token).getMap())));
    }

    private static JsonObject json(TokenRecord token) {
        return new JsonObject()
                .put("name", token.name())
                .put("role", token.role().text())
                .put("created", time(token.createdMs()))
                .put("last-used", time(token.lastUsedMs()))
                .put("expires", time(token.expiresMs()));
    }

    private static @Nullable String time(long ms) {
        return ms == 0 ? null : Instant.ofEpochMilli(ms).toString();
    }

    private void issue(RoutingContext context) {
        JsonObject body;
        try {
            body = context.body().asJsonObject();
        } catch (DecodeException | ClassCastException notJson) {
            body = null;
        }
        if (body == null) {
            refuse(context, "", "the body is no JSON object: expected name and role");
            return;
        }
        for (String key : body.fieldNames()) {
            if (!KEYS.contains(key)) {
                refuse(context, key, "unknown key: expected one of " + String.join(", ", KEYS));
                return;
            }
        }
        Object lifetime = body.getValue("expires-in-seconds", 0);
        if (!(lifetime instanceof Integer || lifetime instanceof Long)
                || ((Number) lifetime).longValue() < 0
                || ((Number) lifetime).longValue() > LIFETIME_S_MAX) {
            refuse(
                    context,
                    "expires-in-seconds",
                    "'" + lifetime + "': expected a whole number from 1 to " + LIFETIME_S_MAX + ", or 0 for never");
            return;
        }
        issue(context, body, ((Number) lifetime).longValue() * MS);
    }

    private void issue(RoutingContext context, JsonObject body, long lifetimeMs) {
        TokenRole role;
        try {
            role = TokenRole.parse(String.valueOf(body.getValue("role")));
        } catch (IllegalArgumentException invalid) {
            refuse(context, "role", String.valueOf(invalid.getMessage()));
            return;
        }
        String name = body.getValue("name") instanceof String text ? text : "";
        try {
            TokenRecord.requireName(name);
        } catch (IllegalArgumentException invalid) {
            refuse(context, "name", String.valueOf(invalid.getMessage()));
            return;
        }
        String who = Identity.of(context).who();
        answer(context, () -> tokens.issue(name, role, lifetimeMs, who));
    }

    /** The reason may have in it what the client said. */
    private static void refuse(RoutingContext context, String field, String why) {
        ProblemReply.send(context, 400, ProblemCode.INVALID_DOCUMENT, Printable.of(field), Printable.of(why));
    }

    private void revoke(RoutingContext context) {
        String who = Identity.of(context).who();
        String name = String.valueOf(context.pathParam("token"));
        answer(context, () -> tokens.revoke(name, needed, who));
    }

    private static void answer(RoutingContext context, Callable<TokenBook.Outcome> wish) {
        WriteWorkers.run(context.vertx(), wish)
                .onComplete(outcome -> answer(context, outcome), failed -> Work.fail(context, failed));
    }

    private static void answer(RoutingContext context, TokenBook.Outcome outcome) {
        switch (outcome) {
            case TokenBook.Issued(TokenRecord token, String secret) -> {
                context.response()
                        .setStatusCode(201)
                        .putHeader(HttpHeaders.LOCATION, PATH + "/" + token.name())
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
                context.json(json(token).put("token", secret));
            }
            case TokenBook.Revoked(String name) ->
                context.response().setStatusCode(204).end();
            case TokenBook.Refused(int status, ProblemCode code, String field, String detail) ->
                ProblemReply.send(context, status, code, field, detail);
        }
    }
}
