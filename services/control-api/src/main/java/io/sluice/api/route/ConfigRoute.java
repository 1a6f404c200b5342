// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigDocuments;
import io.sluice.api.InvalidDocument;
import io.sluice.api.access.Identity;
import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.LoadBalancerId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code /v1/config}: the configuration as one document.
 *
 * <p>{@code GET} answers the document in force, its revision as {@code ETag}. {@code PUT} puts another one in force, all
 * of it or nothing, and answers its revision and the changes; with {@code ?dry-run=true} it only says the changes, with
 * {@code If-Match} only the revision named there is replaced. Everything wrong in a document is a problem with line, key
 * and detail.
 *
 * <p>A document has at most {@value ConfigDocuments#BYTES_MAX} bytes, and {@value #WRITERS_MAX} are read at a time.
 */
public final class ConfigRoute implements AdminRoute {

    private static final String PATH = "/v1/config";
    private static final String METHODS = READ_METHODS + ", PUT";
    private static final int WRITERS_MAX = 2;
    private static final int TOO_LARGE = 413;
    private static final Pattern REVISION = Pattern.compile("\"([0-9]{1,18})\"");

    private final ConfigDocuments documents;
    private final ConfigDesk desk;
    private final ClusterView cluster;
    private final Runnable publisher;
    private final AtomicInteger writers = new AtomicInteger();

    /**
     * @param documents reads and writes documents
     * @param desk makes revisions of them
     * @param cluster has the one in force
     * @param publisher publishes a new one; called from any thread
     */
    public ConfigRoute(ConfigDocuments documents, ConfigDesk desk, ClusterView cluster, Runnable publisher) {
        this.documents = documents;
        this.desk = desk;
        this.cluster = cluster;
        this.publisher = publisher;
    }

    @Override
    public void mount(Router router) {
        AdminRoute.read(router, PATH, this::show);
        router.put(PATH).handler(this::admit);
        router.put(PATH).handler(ConfigRoute::asItIs);
        router.put(PATH).handler(BodyHandler.create(false).setBodyLimit(ConfigDocuments.BYTES_MAX));
        router.put(PATH).handler(this::put);
        router.put(PATH).failureHandler(ConfigRoute::unreadable);
        router.route(PATH).handler(AdminRoute.onlyMethods(METHODS));
    }

    private void show(RoutingContext context) {
        ConfigRevision revision = cluster.revision();
        context.vertx()
                .executeBlocking(() -> documents.write(revision.model()), false)
                .onComplete(
                        document -> context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, ConfigDocuments.MEDIA_TYPE)
                                .putHeader(HttpHeaders.ETAG, etag(revision.number()))
                                .end(document),
                        context::fail);
    }

    private static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    private void admit(RoutingContext context) {
        if (writers.incrementAndGet() > WRITERS_MAX) {
            writers.decrementAndGet();
            ProblemReply.send(
                    context, 503, "busy", "", WRITERS_MAX + " documents are being read: try again in a moment");
            return;
        }
        context.addEndHandler(ended -> writers.decrementAndGet());
        context.next();
    }

    /** The body is the document, whatever the client calls it: curl calls it a form unless told otherwise. */
    private static void asItIs(RoutingContext context) {
        context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
        context.next();
    }

    /** A body that could not be read to its end must not be answered as if it had been. */
    private static void unreadable(RoutingContext context) {
        if (context.request().isEnded() || context.statusCode() == TOO_LARGE) {
            context.next();
        } else {
            ProblemReply.send(context, 400, "bad-request", "", "the request's body is not well-formed");
        }
    }

    private void put(RoutingContext context) {
        if (!AdminRoute.takesOnly(context, "dry-run")) {
            return;
        }
        List<String> given = context.queryParam("dry-run");
        String dryRun = given.isEmpty() ? "false" : given.getFirst();
        if (!dryRun.equals("true") && !dryRun.equals("false")) {
            ProblemReply.send(context, 400, "invalid-parameter", "dry-run", "'" + dryRun + "': expected true or false");
            return;
        }
        String ifMatch = context.request().getHeader(HttpHeaders.IF_MATCH);
        OptionalLong expected = OptionalLong.empty();
        if (ifMatch != null && !ifMatch.equals("*")) {
            Matcher revision = REVISION.matcher(ifMatch);
            if (!revision.matches()) {
                ProblemReply.send(
                        context,
                        400,
                        "invalid-parameter",
                        "If-Match",
                        "'" + ifMatch + "': expected the ETag of a GET, for example \"7\"");
                return;
            }
            expected = OptionalLong.of(Long.parseLong(revision.group(1)));
        }
        apply(context, expected, dryRun.equals("true"));
    }

    /** Reading a large document takes long: not on the event loop. */
    private void apply(RoutingContext context, OptionalLong expected, boolean dryRun) {
        Buffer body = context.body().buffer();
        byte[] document = body == null ? new byte[0] : body.getBytes();
        ChangeOrigin origin = new ChangeOrigin(Identity.of(context).who(), "apply");
        context.vertx()
                .executeBlocking(
                        () -> {
                            GatewayModel desired = documents.read(document);
                            ConfigDesk.Outcome outcome = desk.apply(desired, expected, dryRun, origin);
                            if (!dryRun) {
                                publisher.run();
                            }
                            return outcome;
                        },
                        false)
                .onComplete(outcome -> answer(context, outcome), failed -> {
                    if (failed instanceof InvalidDocument invalid) {
                        refuse(context, invalid);
                    } else {
                        ProblemReply.failed(context, failed);
                    }
                });
    }

    private static void answer(RoutingContext context, ConfigDesk.Outcome outcome) {
        switch (outcome) {
            case ConfigDesk.Done(long revision, List<ConfigChange> changes) -> {
                context.response().putHeader(HttpHeaders.ETAG, etag(revision));
                JsonArray list = new JsonArray();
                changes.forEach(change -> list.add(json(change)));
                context.json(new JsonObject().put("revision", revision).put("changes", list));
            }
            case ConfigDesk.Protected(List<LoadBalancerId> balancers) ->
                ProblemReply.send(
                        context,
                        409,
                        "deletion-protected",
                        "load-balancers",
                        "the document leaves out "
                                + balancers.stream().map(LoadBalancerId::name).collect(Collectors.joining(", "))
                                + ", which deletion-protection keeps: expected it there, or deletion-protection false"
                                + " before");
            case ConfigDesk.Outdated(long revision) ->
                ProblemReply.send(
                        context,
                        412,
                        "outdated",
                        "If-Match",
                        "the configuration has revision " + revision + ": expected a document made from that one");
        }
    }

    private static JsonObject json(ConfigChange change) {
        return new JsonObject()
                .put("action", change.action().text())
                .put("kind", change.kind())
                .put("id", change.id())
                .put("field", change.field())
                .put("from", change.from())
                .put("to", change.to());
    }

    private static void refuse(RoutingContext context, InvalidDocument invalid) {
        JsonArray problems = new JsonArray();
        invalid.problems()
                .forEach(problem -> problems.add(new JsonObject()
                        .put("line", problem.line())
                        .put("key", problem.key())
                        .put("detail", problem.detail())));
        ProblemReply.send(
                context,
                400,
                new JsonObject()
                        .put("code", "invalid-document")
                        .put("detail", "the document cannot be used: problems has everything that is wrong in it")
                        .put("problems", problems));
    }
}
