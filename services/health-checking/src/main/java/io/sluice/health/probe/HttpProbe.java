// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import io.sluice.health.core.ProbeResult;
import io.sluice.model.id.Ipv4Address;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ClientConfig;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Passes when an HTTP or HTTPS GET is answered with a status of 200-399 within the timeout (H-3).
 *
 * <p>Over TLS, 1.2 or 1.3, the certificate is not validated: a health check is no secret, and appliances have
 * certificates that nobody signed.
 *
 * <p>The head of the answer decides: redirects are not followed, the body is not read, the connection is closed.
 *
 * <p><b>Threading</b>: any context; the answer comes on the caller's.
 */
public final class HttpProbe implements Probe {

    /** Connections to one address and port at a time; groups may share an appliance. */
    private static final int CONNECTIONS_MAX = 64;

    /** The target chooses (H-3). */
    private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

    private final Vertx vertx;
    private final HttpClient client;

    /**
     * A probe that connects from one address.
     *
     * @param tls whether it speaks HTTPS
     * @param localAddress the node's address in the zone it probes from (H-1); empty leaves it to the host
     */
    public HttpProbe(Vertx vertx, Optional<Ipv4Address> localAddress, boolean tls) {
        this.vertx = vertx;
        // Vert.x 5.1.6 drops the local address of HttpClientOptions without a word; that of the newer class it keeps
        HttpClientConfig config = new HttpClientConfig()
                .setVersions(HttpVersion.HTTP_1_1)
                .setSsl(tls)
                .setVerifyHost(false)
                .setHttp1Config(new Http1ClientConfig().setKeepAlive(false));
        localAddress.ifPresent(address ->
                config.getTcpConfig().setLocalAddress(SocketAddress.inetSocketAddress(0, address.toString())));
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(CONNECTIONS_MAX);
        HttpClientBuilder builder = vertx.httpClientBuilder().with(config).with(pool);
        if (tls) {
            builder.with(new ClientSSLOptions()
                    .setTrustAll(true)
                    .setHostnameVerificationAlgorithm("")
                    .setEnabledSecureTransportProtocols(TLS_VERSIONS));
        }
        this.client = builder.build();
    }

    @Override
    public Future<ProbeResult> check(ProbeRequest request) {
        Deadline deadline = new Deadline(vertx, request.timeoutMs());
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(request.address().address().toString())
                        .setPort(request.address().port())
                        .setURI(request.path())
                        .setFollowRedirects(false)
                        .setConnectTimeout(Deadline.connectTimeoutMs(request.timeoutMs()))
                        .putHeader("User-Agent", "Sluice-HealthChecker/1"))
                .onComplete(http -> ask(http, deadline), deadline::failed);
        return deadline.future();
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }

    private static void ask(HttpClientRequest http, Deadline deadline) {
        if (deadline.isOver()) {
            http.connection().close();
            return;
        }
        deadline.future().onComplete(_ -> http.connection().close());
        http.send()
                .onComplete(
                        response -> {
                            int status = response.statusCode();
                            deadline.answer(
                                    status >= 200 && status <= 399
                                            ? new ProbeResult.Success()
                                            : new ProbeResult.BadStatus(status));
                        },
                        deadline::failed);
    }
}
