// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.ProblemReply;
import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin port of a process: serves the routes it is given, answers everything else with a problem. */
public final class AdminHttpVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(AdminHttpVerticle.class);
    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int IDLE_TIMEOUT_SECONDS = 60;

    private final Ipv4SocketAddress listen;
    private final AdminLimits limits;
    private final @Nullable AdminTls tls;
    private final List<AdminRoute> routes;
    private @Nullable HttpServer server;

    /**
     * @param listen where to bind
     * @param limits what clients may take
     * @param tls makes it HTTPS; null for HTTP
     * @param routes what to serve, in the order a request meets it
     */
    public AdminHttpVerticle(
            Ipv4SocketAddress listen, AdminLimits limits, @Nullable AdminTls tls, List<AdminRoute> routes) {
        this.listen = listen;
        this.limits = limits;
        this.tls = tls;
        this.routes = List.copyOf(routes);
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
                .requestHandler(router(connections))
                .listen()
                .onSuccess(listening -> {
                    if (certificate != null) {
                        certificate.watch(http);
                    }
                })
                .recover(cause -> Future.failedFuture(new IllegalStateException(
                        "cannot listen for admin requests on " + listen + ": " + cause.getMessage(), cause)));
    }

    private Router router(AdminConnections connections) {
        Router router = Router.router(vertx);
        router.route().handler(connections::requested);
        // a stranger's page cannot lead its name here where the certificate must have that name
        router.route().handler(tls == null ? HostCheck::check : HostCheck::checkOnce);
        router.route().failureHandler(AdminHttpVerticle::unlessGone);
        routes.forEach(route -> route.mount(router));
        router.errorHandler(
                400,
                context -> ProblemReply.send(
                        context, 400, "bad-request", "", "the request's path or query is not well-formed"));
        router.errorHandler(
                404,
                context -> ProblemReply.send(
                        context,
                        404,
                        "not-found",
                        "",
                        "there is no " + context.request().path() + " here"));
        router.errorHandler(405, AdminRoute.onlyMethods(AdminRoute.READ_METHODS));
        router.errorHandler(
                413,
                context -> ProblemReply.send(
                        context, 413, "too-large", "", "the request's body is too long for this path"));
        router.errorHandler(500, context -> {
            LOG.atError()
                    .setCause(context.failure())
                    .addKeyValue("path", context.request().path())
                    .log("event=admin_request_failed");
            ProblemReply.send(context, 500, "internal-error", "", "the request failed; the node's log says why");
        });
        return router;
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
