// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import io.sluice.model.id.Ipv4SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Response;
import io.vertx.openapi.validation.RequestUtils;
import io.vertx.openapi.validation.RequestValidator;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Stands between a client and the admin port and holds each request and each reply against the contract. It notes what
 * does not agree, and which operations were answered.
 *
 * <p>A request that is wrong on purpose says so by the header {@value #HOSTILE}; replies to it are checked all the same.
 */
final class ValidatingProxy {

    static final String HOSTILE = "X-Wrong-On-Purpose";

    /** More than the admin port takes, so that it is the port that refuses. */
    private static final int LINE_BYTES_MAX = 64 << 10;

    final Ipv4SocketAddress address = LiveApi.freeAddress();
    final Set<String> answered = new ConcurrentSkipListSet<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    private final Ipv4SocketAddress server;
    private final OpenAPIContract contract;
    private final RequestValidator requests;
    private final ResponseValidator responses;
    private final HttpClient client;

    ValidatingProxy(Vertx vertx, Ipv4SocketAddress server) throws TimeoutException {
        this.server = server;
        this.contract = FullContract.load(vertx);
        this.requests = RequestValidator.create(vertx, contract);
        this.responses = ResponseValidator.create(vertx, contract);
        this.client = vertx.createHttpClient();
        vertx.createHttpServer(new HttpServerOptions().setMaxInitialLineLength(LINE_BYTES_MAX))
                .requestHandler(this::pass)
                .listen(address.port(), "127.0.0.1")
                .await(LiveApi.LIMIT_S, TimeUnit.SECONDS);
    }

    private void pass(HttpServerRequest request) {
        Operation operation = contract.findOperation(request.path(), request.method());
        request.body()
                .compose(body -> checkRequest(request, operation, body).compose(checked -> forward(request, body)))
                .onSuccess(reply -> reply.body()
                        .compose(body ->
                                checkReply(request, operation, reply, body).map(body))
                        .onSuccess(body -> {
                            request.response().setStatusCode(reply.statusCode());
                            reply.headers().forEach((name, value) -> {
                                // of the connection to the port; a stream goes on as a whole
                                if (!name.equalsIgnoreCase("Transfer-Encoding")
                                        && !name.equalsIgnoreCase("Connection")) {
                                    request.response().putHeader(name, value);
                                }
                            });
                            request.response().end(body);
                        })
                        .onFailure(failure -> broken(request, failure)))
                .onFailure(failure -> broken(request, failure));
    }

    private void broken(HttpServerRequest request, Throwable failure) {
        violations.add(request.method() + " " + request.uri() + ": " + failure);
        request.response()
                .setStatusCode(502)
                .putHeader("Reason", String.valueOf(failure))
                .end();
    }

    private Future<?> checkRequest(HttpServerRequest request, Operation operation, Buffer body) {
        if (request.headers().contains(HOSTILE)) {
            return Future.succeededFuture();
        }
        if (operation == null) {
            return note(request, "no such operation");
        }
        String type = request.getHeader("Content-Type");
        if (type != null) {
            request.headers().set("Content-Type", FullContract.mediaType(type));
        }
        return RequestUtils.extract(request, operation, () -> Future.succeededFuture(body))
                .compose(extracted -> requests.validate(extracted, operation.getOperationId()))
                .recover(refused ->
                        note(request, "request: " + refused.getMessage()).mapEmpty());
    }

    private Future<HttpClientResponse> forward(HttpServerRequest request, Buffer body) {
        RequestOptions options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setMethod(request.method())
                .setURI(request.uri());
        request.headers().forEach((name, value) -> {
            if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                options.addHeader(name, value);
            }
        });
        return client.request(options).compose(onward -> onward.send(body));
    }

    private Future<?> checkReply(
            HttpServerRequest request, Operation operation, HttpClientResponse reply, Buffer body) {
        if (operation == null) {
            return Future.succeededFuture();
        }
        int status = reply.statusCode();
        answered.add(operation.getOperationId());
        Response said = operation.getResponse(status);
        if (said != null && said.getContent().isEmpty() && body.length() > 0) {
            return note(request, status + " has a body: expected none");
        }
        if (status < 300 && said == null) {
            return note(request, status + " is not in the contract");
        }
        Map<String, String> headers = new HashMap<>();
        reply.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        String type = reply.getHeader("Content-Type");
        return responses
                .validate(
                        type == null
                                ? ValidatableResponse.create(status, headers)
                                : ValidatableResponse.create(status, headers, body, FullContract.mediaType(type)),
                        operation.getOperationId())
                .mapEmpty()
                .recover(refused -> note(request, status + " " + type + ": " + refused.getMessage() + " in " + body)
                        .mapEmpty());
    }

    private Future<?> note(HttpServerRequest request, String violation) {
        violations.add(request.method() + " " + request.uri() + ": " + violation);
        return Future.succeededFuture();
    }
}
