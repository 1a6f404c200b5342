// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ProblemCode;
import io.sluice.api.access.AccessCheck;
import io.sluice.api.contract.Contract;
import io.sluice.api.contract.ContractRouter;
import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.Operations;
import io.sluice.api.route.ProblemReply;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port of a process: serves the routes it is given, answers everything else with a problem.
 *
 * <p>Health and metrics are there as soon as the port is. All other operations come with {@link #serveContract()}: to read
 * the contract takes some hundred milliseconds, which packets must not wait for. Until then they are answered 503.
 */
public final class AdminHttpVerticle extends VerticleBase {

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT);

    private static final Logger LOG = LoggerFactory.getLogger(AdminHttpVerticle.class);
    static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int IDLE_TIMEOUT_SECONDS = 75;

    /** Operations that need neither contract nor token, and their paths. */
    static final Map<String, String> OPEN = Map.of("getHealth", "/healthz", "getReadiness", "/readyz");

    /** Operations that need no contract, and their paths. */
    static final Map<String, String> EARLY = Map.of("getMetrics", "/metrics");

    /** The contract is no secret, and a browser that opens its page has no token to show. */
    private static final Set<String> PUBLIC = Set.of("/openapi.yaml", "/docs");

    private static final String PUBLIC_BELOW = "/docs/";

    private final Ipv4SocketAddress listen;
    private final AdminLimits limits;
    private final @Nullable AdminTls tls;
    private final @Nullable AccessCheck access;
    private final Operations operations = new Operations();
    private final boolean hasContract;
    private final ServedRoutes served = new ServedRoutes();
    private @Nullable HttpServer server;

    /**
     * @param listen where to bind
     * @param limits what clients may take
     * @param tls makes it HTTPS; null for HTTP
     * @param access who may ask for what; null for everybody for everything. Health needs nobody's leave
     * @param routes what to serve
     */
    public AdminHttpVerticle(
            Ipv4SocketAddress listen,
            AdminLimits limits,
            @Nullable AdminTls tls,
            @Nullable AccessCheck access,
            List<AdminRoute> routes) {
        this.listen = listen;
        this.limits = limits;
        this.tls = tls;
        this.access = access;
        routes.forEach(route -> route.bind(operations));
        this.hasContract = operations.ids().stream().anyMatch(id -> !OPEN.containsKey(id) && !EARLY.containsKey(id));
    }

    @Override
    public Future<?> start() {
        return tls == null ? listen(null) : TlsReload.first(vertx, tls).compose(this::listen);
    }

    private Future<?> listen(@Nullable TlsReload certificate) {
        AdminConnections connections = new AdminConnections(vertx, limits);
        HttpServerOptions options = new HttpServerOptions()
                .setHost(listen.address().toString())
                .setPort(listen.port())
                // Vert.x's HTTP/2 sends a body in answer to HEAD
                .setHttp2ClearTextEnabled(false)
                .setUseAlpn(false)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setIdleTimeout(IDLE_TIMEOUT_SECONDS);
        HttpServer http = certificate == null
                ? vertx.createHttpServer(options)
                : vertx.createHttpServer(options.setSsl(true)
                        .setKeyCertOptions(certificate.options().getKeyCertOptions()));
        server = http;
        return http.connectionHandler(connections::opened)
                .requestHandler(rootRouter(connections))
                .invalidRequestHandler(UnreadableRequest::answer)
                .listen()
                .onSuccess(listening -> {
                    if (certificate != null) {
                        certificate.watch(http);
                    }
                })
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "cannot listen for admin requests on " + listen + ": " + cause.getMessage(), cause)));
    }

    private Router rootRouter(AdminConnections connections) {
        Router root = Router.router(vertx);
        root.route().handler(connections::requested);
        root.route().handler(AdminHttpVerticle::dated);
        // a stranger's page cannot lead its name here where the certificate must have that name
        root.route().handler(tls == null ? HostCheck::check : HostCheck::checkOnce);
        root.route().handler(OriginCheck::check);
        root.route().handler(AdminHttpVerticle::expectsNothingElse);
        root.route().failureHandler(AdminHttpVerticle::unlessGone);
        OPEN.forEach((id, path) -> serveEarly(root, id, path));
        if (access != null) {
            root.route().handler(context -> guarded(access, context));
        }
        EARLY.forEach((id, path) -> serveEarly(root, id, path));
        if (hasContract) {
            root.route("/*").handler(served::handle).failureHandler(served::handleFailure);
        }
        root.errorHandler(
                400,
                context -> ProblemReply.send(
                        context, 400, ProblemCode.BAD_REQUEST, "", "the request's path or query is not well-formed"));
        root.errorHandler(404, AdminHttpVerticle::notFound);
        root.errorHandler(405, AdminRoute.onlyMethods("GET, HEAD"));
        root.errorHandler(
                413,
                context -> ProblemReply.send(
                        context, 413, ProblemCode.TOO_LARGE, "", "the request's body is too long for this path"));
        root.errorHandler(500, context -> {
            LOG.atError()
                    .setCause(context.failure())
                    .addKeyValue("path", context.request().path())
                    .log("event=admin_request_failed");
            ProblemReply.send(
                    context, 500, ProblemCode.INTERNAL_ERROR, "", "the request failed; the node's log says why");
        });
        return root;
    }

    private static void guarded(AccessCheck access, RoutingContext context) {
        if (needsToken(context.normalizedPath())) {
            access.handle(context);
        } else {
            context.next();
        }
    }

    /** Whether who asks for a path must show a token, where one is needed at all. */
    static boolean needsToken(String path) {
        return !OPEN.containsValue(path) && !PUBLIC.contains(path) && !path.startsWith(PUBLIC_BELOW);
    }

    private void serveEarly(Router root, String operationId, String path) {
        operations
                .handler(operationId)
                .ifPresent(handler -> root.route(path)
                        .method(HttpMethod.GET)
                        .method(HttpMethod.HEAD)
                        .handler(AdminHttpVerticle::takesNothing)
                        .handler(handler));
    }

    /**
     * Reads the contract and serves all its operations from then on; once, when the verticle is deployed.
     *
     * @return completes when they are served; fails where the contract and what is bound to it differ
     */
    public Future<?> serveContract() {
        long beganNs = System.nanoTime();
        return vertx.executeBlocking(
                        () -> ContractRouter.create(vertx, Contract.load(), operations, limits.bodyMs()), false)
                .onSuccess(routes -> {
                    served.serve(routes);
                    LOG.atInfo()
                            .addKeyValue("event", "contract_served")
                            .addKeyValue("operations", operations.ids().size())
                            .addKeyValue("took_ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs))
                            .log("admin operations are served");
                });
    }

    /** Says the node's time, so that a client can tell how far its own is off (RFC 9110, section 6.6.1). */
    private static void dated(RoutingContext context) {
        context.response().putHeader(HttpHeaders.DATE, HTTP_DATE.format(OffsetDateTime.now(ZoneOffset.UTC)));
        context.next();
    }

    /** To go on is all that can be expected here (RFC 9110, section 10.1.1). */
    private static void expectsNothingElse(RoutingContext context) {
        String expected = context.request().getHeader(HttpHeaders.EXPECT);
        if (expected == null || expected.equalsIgnoreCase(HttpHeaders.CONTINUE.toString())) {
            context.next();
        } else {
            ProblemReply.send(
                    context,
                    417,
                    ProblemCode.UNKNOWN_EXPECTATION,
                    "Expect",
                    "this cannot be expected: expected 100-continue, or no such header");
        }
    }

    private static void takesNothing(RoutingContext context) {
        if (context.queryParams().isEmpty()) {
            context.next();
        } else {
            ProblemReply.send(
                    context,
                    400,
                    ProblemCode.INVALID_PARAMETER,
                    context.queryParams().names().iterator().next(),
                    "there is no such parameter: expected none");
        }
    }

    private static void notFound(RoutingContext context) {
        ProblemReply.send(
                context,
                404,
                ProblemCode.NOT_FOUND,
                "",
                "there is no " + context.request().path() + " here");
    }

    /** Where who asked has gone, nothing failed here and nobody is left to be told. */
    private static void unlessGone(RoutingContext context) {
        if (!context.response().closed()) {
            context.next();
        }
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.close();
    }
}
