// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import io.sluice.api.ProblemCode;
import io.sluice.api.WriteWorkers;
import io.sluice.api.route.ProblemReply;
import io.sluice.api.store.TokenRecord;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request through to the routes behind it, with the {@link Identity} of who asks, or refuses it: 401
 * {@code unauthenticated} without a valid token, 403 {@code forbidden} where the token's role does not do, 429
 * {@code too-many-attempts} after {@link AccessLimits#failures} wrong tokens from one address, and
 * {@code too-many-requests} for who asks too often.
 *
 * <p>A token is needed where it always is, and everywhere as soon as there is one. An address that shows wrong tokens is
 * not listened to for a while, right ones included: a guess that is answered is a guess.
 *
 * <p><b>Threading</b>: confined to the event loop of one port.
 */
public final class AccessCheck implements Handler<RoutingContext> {

    private static final Logger LOG = LoggerFactory.getLogger(AccessCheck.class);
    private static final String SCHEME = "bearer ";
    private static final String STILL = "still-admitted";
    private static final String CHALLENGE = "Bearer realm=\"sluice\"";

    private final TokenBook tokens;
    private final boolean always;
    private final LongSupplier monotonicMs;
    private final FailedAttempts attempts;
    private final RequestPace requests;
    private final RequestPace changes;

    /**
     * @param tokens who may ask
     * @param always whether a token is needed even where there is none
     * @param limits how often
     * @param monotonicMs milliseconds of a clock that never goes back
     */
    public AccessCheck(TokenBook tokens, boolean always, AccessLimits limits, LongSupplier monotonicMs) {
        this.tokens = tokens;
        this.always = always;
        this.monotonicMs = monotonicMs;
        this.attempts = new FailedAttempts(limits);
        this.requests = new RequestPace(limits.requests());
        this.changes = new RequestPace(limits.changes());
    }

    @Override
    public void handle(RoutingContext context) {
        if (!always && tokens.isEmpty()) {
            context.put(STILL, (BooleanSupplier) tokens::isEmpty);
            admit(context, Identity.anonymous(context));
            return;
        }
        String address = Identity.address(context);
        List<String> shown = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (shown.isEmpty()) {
            refuse(context, CHALLENGE, "no token was shown");
            return;
        }
        long nowMs = monotonicMs.getAsLong();
        long waitMs = attempts.waitMs(address, nowMs);
        if (waitMs > 0) {
            later(
                    context,
                    ProblemCode.TOO_MANY_ATTEMPTS,
                    TimeUnit.MILLISECONDS.toSeconds(waitMs) + 1,
                    "too many wrong tokens");
            return;
        }
        Optional<TokenRecord> token = shown.size() == 1 ? bearer(shown.getFirst()) : Optional.empty();
        if (token.isEmpty()) {
            attempts.failed(address, nowMs);
            refuse(context, CHALLENGE + ", error=\"invalid_token\"", "the token shown is none, or counts no more");
            return;
        }
        noteUse(context, token.get());
        context.put(STILL, (BooleanSupplier) () -> bearer(shown.getFirst()).isPresent());
        admit(context, new Identity(token.get().name(), token.get().role()));
    }

    /** Whether a request that was let through and is answered for long would be so now; on the port's event loop. */
    public static boolean stillAdmits(RoutingContext context) {
        BooleanSupplier still = context.get(STILL);
        return still == null || still.getAsBoolean();
    }

    private Optional<TokenRecord> bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? tokens.find(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    private void noteUse(RoutingContext context, TokenRecord token) {
        if (tokens.isNewsOf(token)) {
            WriteWorkers.run(context.vertx(), () -> {
                        tokens.noteUse(token.name());
                        return true;
                    })
                    .onFailure(failure -> LOG.atWarn()
                            .addKeyValue("event", "token_use_not_kept")
                            .log("{}", failure.getMessage()));
        }
    }

    private void admit(RoutingContext context, Identity identity) {
        String method = context.request().method().name();
        if (!AccessPolicy.allows(identity.role(), method, context.normalizedPath())) {
            ProblemReply.send(
                    context,
                    403,
                    ProblemCode.FORBIDDEN,
                    "",
                    "the role " + identity.role().text() + " may not do this: expected a token of another role");
            return;
        }
        long nowMs = monotonicMs.getAsLong();
        if (!requests.admits(identity.who(), nowMs)
                || (!AccessPolicy.reads(method) && !changes.admits(identity.who(), nowMs))) {
            later(context, ProblemCode.TOO_MANY_REQUESTS, 1, "too many requests at once");
            return;
        }
        identity.note(context);
        context.next();
    }

    private static void refuse(RoutingContext context, String challenge, String why) {
        context.response().putHeader("WWW-Authenticate", challenge);
        ProblemReply.send(
                context,
                401,
                ProblemCode.UNAUTHENTICATED,
                "Authorization",
                why + ": expected 'Bearer' and a token made by POST /v1/tokens");
    }

    private static void later(RoutingContext context, ProblemCode code, long seconds, String why) {
        context.response().putHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        ProblemReply.send(context, 429, code, "", why + ": try again in " + seconds + " s");
    }
}
