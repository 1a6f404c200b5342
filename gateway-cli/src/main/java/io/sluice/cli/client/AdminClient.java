// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** The admin routes of one gateway. Every failure says what was asked of whom. */
public final class AdminClient {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Bytes of an answer, at most. */
    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private static final long POLL_MS = 200;

    private final URI base;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param base where the admin port is, {@code http://host:port}
     * @param timeout for each request, connection and the whole answer included
     */
    public AdminClient(URI base, Duration timeout) {
        this.base = base;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    }

    /** An answer: its status and its body. */
    public record Answer(int status, String body) {

        /** The body as JSON. */
        public JsonNode json() throws CommandFailure {
            try {
                return MAPPER.readTree(body);
            } catch (JsonProcessingException notJson) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "the answer is no JSON; is this a gateway's admin port? It began: " + beginning());
            }
        }

        private String beginning() {
            return body.lines()
                    .findFirst()
                    .map(line -> line.substring(0, Math.min(80, line.length())))
                    .orElse("");
        }
    }

    /** The body of a route that must answer 200, as JSON. */
    public JsonNode json(String path) throws CommandFailure {
        return expect200(path).json();
    }

    /** The body of a route that must answer 200, as text. */
    public String text(String path) throws CommandFailure {
        return expect200(path).body();
    }

    private Answer expect200(String path) throws CommandFailure {
        return expect200(path, get(path));
    }

    private static Answer expect200(String path, Answer answer) throws CommandFailure {
        if (answer.status() != 200) {
            throw refused(path, answer);
        }
        return answer;
    }

    /** Puts a document to a route that must answer 200; its answer as JSON. */
    public JsonNode put(String path, byte[] document) throws CommandFailure {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/yaml")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(document));
        return expect200(path, send(request)).json();
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
            try {
                Thread.sleep(POLL_MS);
            } catch (InterruptedException interrupted) {
                throw interrupted();
            }
            answer = json(path);
        }
    }

    /** Whatever a route answers. */
    public Answer get(String path) throws CommandFailure {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    /**
     * The lines of a route that must answer 200 and goes on: its head comes in time, the rest takes as long as it takes.
     * Returns when the taker has enough, or the gateway ends.
     */
    public void lines(String path, LineTaker taker) throws CommandFailure {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(timeout)
                .GET()
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (BufferedReader body =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                if (response.statusCode() != 200) {
                    throw refused(
                            path, new Answer(response.statusCode(), body.lines().collect(Collectors.joining("\n"))));
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
                    "cannot read from " + base + ": " + reason(failed) + " (is the gateway running? see --url)");
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
    }

    private Answer send(HttpRequest.Builder builder) throws CommandFailure {
        HttpRequest request = builder.timeout(timeout).build();
        CompletableFuture<HttpResponse<String>> sent = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), ANSWER_BYTES_MAX));
        try {
            // a request's own timeout ends with the head of the answer
            HttpResponse<String> response = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(response.statusCode(), response.body());
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
                    "cannot reach " + base + ": " + reason(cause) + " (is the gateway running? see --url)");
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

    /** Prints exactly what the gateway said, where it said it in the form of a problem. */
    private static CommandFailure refused(String path, Answer answer) {
        ExitCode code = switch (answer.status()) {
            case 400 -> ExitCode.USAGE;
            case 401, 403 -> ExitCode.UNAUTHORISED;
            case 404 -> ExitCode.NOT_FOUND;
            case 408, 504 -> ExitCode.TIMED_OUT;
            default -> ExitCode.FAILED;
        };
        String said = "";
        try {
            JsonNode problem = MAPPER.readTree(answer.body());
            String field = problem.path("field").asText();
            said = (field.isEmpty() ? "" : field + ": ")
                    + problem.path("message").asText(problem.path("detail").asText())
                    + details(problem.path("problems"));
        } catch (JsonProcessingException notJson) {
            said = answer.body().strip();
        }
        String clean = said.replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
        return new CommandFailure(code, path + ": HTTP " + answer.status() + (clean.isEmpty() ? "" : ": " + clean));
    }

    /** What is wrong in a document, a line each: line, key, detail. */
    private static String details(JsonNode problems) {
        StringBuilder lines = new StringBuilder();
        for (JsonNode problem : problems) {
            String key = problem.path("key").asText();
            lines.append('\n')
                    .append(problem.path("line").asText())
                    .append(": ")
                    .append(key.isEmpty() ? "" : key + ": ")
                    .append(problem.path("detail").asText());
        }
        return lines.toString();
    }
}
