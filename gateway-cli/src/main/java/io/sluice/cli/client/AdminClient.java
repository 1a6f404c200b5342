// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The admin routes of one gateway. Every failure says what was asked of whom; none says the token. */
public final class AdminClient {

    /** Bytes of an answer, at most. */
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PAGE_MAX = 1_000;

    private final Destination destination;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param destination whom to ask, and as whom
     * @param timeout for each request, connection and the whole answer included
     */
    public AdminClient(Destination destination, Duration timeout) throws CommandFailure {
        this(destination, timeout, connecting(destination, timeout));
    }

    private AdminClient(Destination destination, Duration timeout, HttpClient http) {
        this.destination = destination;
        this.timeout = timeout;
        this.http = http;
    }

    private static HttpClient connecting(Destination destination, Duration timeout) throws CommandFailure {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(timeout);
        if (destination.caFile() != null) {
            builder.sslContext(Trust.only(destination.caFile()));
        } else if (destination.isPlain()) {
            builder.sslContext(Trust.nobody()).version(HttpClient.Version.HTTP_1_1);
        }
        return builder.build();
    }

    /** The same gateway, asked with no more patience than this. */
    public AdminClient patient(Duration atMost) {
        return atMost.compareTo(timeout) < 0 ? new AdminClient(destination, atMost, http) : this;
    }

    /** Where the admin port is. */
    public URI base() {
        return destination.base();
    }

    /** The body of a route that must answer 200, as JSON. */
    public JsonNode json(String path) throws CommandFailure {
        return done(Call.of("GET", path)).json();
    }

    /** The body of a route that must answer 200, as text. */
    public String text(String path) throws CommandFailure {
        return done(Call.of("GET", path)).body();
    }

    /** The answer to a request that must succeed. */
    public Answer done(Call call) throws CommandFailure {
        return expectDone(call.path(), send(call));
    }

    /** An answer that must be of success. */
    public Answer expectDone(String path, Answer answer) throws CommandFailure {
        if (!answer.succeeded()) {
            throw Refused.of(path, answer);
        }
        return answer;
    }

    /**
     * A list over all its pages.
     *
     * @param list the call for its first page, without {@code limit} and {@code page-token}
     * @param key the elements' key
     * @param max elements, at most
     * @return the last page's answer with the elements of all
     */
    public JsonNode pages(Function<String, Call> list, String key, int max) throws CommandFailure {
        String token = "";
        ObjectNode all = null;
        do {
            int left = max - (all == null ? 0 : all.withArrayProperty(key).size());
            JsonNode page = done(list.apply(token).query("limit", String.valueOf(Math.min(left, PAGE_MAX))))
                    .json();
            if (!(page instanceof ObjectNode answer)) {
                throw new CommandFailure(ExitCode.FAILED, "the answer is no list: expected an object with " + key);
            }
            token = answer.path("next-page-token").asText();
            if (all == null) {
                all = answer;
            } else {
                ArrayNode elements = all.withArrayProperty(key);
                answer.path(key).forEach(elements::add);
            }
        } while (!token.isEmpty() && all.withArrayProperty(key).size() < max);
        if (token.isEmpty()) {
            all.remove("next-page-token");
        } else {
            all.put("next-page-token", token);
        }
        return all;
    }

    /**
     * Asks a route again and again until it says what is wanted, as long as one request may take.
     *
     * @param path the route, which must answer 200
     * @param wanted what it must say
     * @param missing what to say where it does not in time
     */
    public void until(String path, Predicate<JsonNode> wanted, Function<JsonNode, String> missing)
            throws CommandFailure {
        long startNs = System.nanoTime();
        JsonNode answer = json(path);
        while (!wanted.test(answer)) {
            if (System.nanoTime() - startNs >= timeout.toNanos()) {
                throw new CommandFailure(ExitCode.TIMED_OUT, missing.apply(answer));
            }
            pause();
            answer = json(path);
        }
    }

    /**
     * Asks a route again and again until nothing is there any more, as long as one request may take.
     *
     * @param path the route, which must answer 200 or 404
     * @param missing what to say where it does not answer 404 in time
     */
    public void untilGone(String path, Function<JsonNode, String> missing) throws CommandFailure {
        long startNs = System.nanoTime();
        Answer answer = get(path);
        while (!answer.saysNotFound()) {
            JsonNode there = expectDone(path, answer).json();
            if (System.nanoTime() - startNs >= timeout.toNanos()) {
                throw new CommandFailure(ExitCode.TIMED_OUT, missing.apply(there));
            }
            pause();
            answer = get(path);
        }
    }

    /** Waits a little between two questions. */
    public static void pause() throws CommandFailure {
        pause(POLL);
    }

    /** Waits between two questions. */
    public static void pause(Duration time) throws CommandFailure {
        try {
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    /** Whatever a route answers. */
    public Answer get(String path) throws CommandFailure {
        return send(Call.of("GET", path));
    }

    /**
     * The lines of a route that must answer 200 and goes on: its head comes in time, the rest takes as long as it takes.
     * Returns when the taker has enough, or the gateway ends.
     */
    public void lines(String path, LineTaker taker) throws CommandFailure {
        HttpRequest request = request(Call.of("GET", path));
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader body =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                if (response.statusCode() != 200) {
                    throw Refused.of(
                            path,
                            new Answer(response.statusCode(), "", body.lines().collect(Collectors.joining("\n"))));
                }
                String line = body.readLine();
                while (line != null && taker.take(line)) {
                    line = body.readLine();
                }
            }
        } catch (HttpTimeoutException late) {
            throw tooLate(request);
        } catch (IOException failed) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "cannot read from " + base() + ": " + reason(failed) + " (is the gateway running? see --url)");
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private HttpRequest request(Call call) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(base().resolve(call.path())).timeout(timeout);
        if (destination.token() != null) {
            builder.setHeader("Authorization", "Bearer " + destination.token());
        }
        call.fill(builder);
        return builder.build();
    }

    /** Whatever is answered. */
    public Answer send(Call call) throws CommandFailure {
        HttpRequest request = request(call);
        CompletableFuture<HttpResponse<String>> sent = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), ANSWER_BYTES_MAX));
        try {
            // a request's own timeout ends with the head of the answer
            HttpResponse<String> response = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(
                    response.statusCode(), response.headers().firstValue("Date").orElse(""), response.body());
        } catch (TimeoutException late) {
            sent.cancel(true);
            throw tooLate(request);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            if (cause instanceof HttpTimeoutException) {
                throw tooLate(request);
            }
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "cannot reach " + base() + ": " + reason(cause) + " (is the gateway running? see --url)");
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private CommandFailure tooLate(HttpRequest request) {
        return new CommandFailure(
                ExitCode.TIMED_OUT, "no answer from " + request.uri() + " within " + timeout.toMillis() + " ms");
    }

    private static CommandFailure interrupted() {
        Thread.currentThread().interrupt();
        return new CommandFailure(ExitCode.FAILED, "interrupted");
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (message == null && cause instanceof ConnectException) {
            return "connection refused";
        }
        if (message != null) {
            return message;
        }
        return cause.getCause() == null ? cause.getClass().getSimpleName() : reason(cause.getCause());
    }
}
