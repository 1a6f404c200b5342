// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** The admin routes of one gateway. Every failure says what was asked of whom. */
public final class AdminClient {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final URI base;
    private final Duration timeout;
    private final HttpClient http;

    /**
     * @param base where the admin port is, {@code http://host:port}
     * @param timeout for each request, connection included
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
        Answer answer = get(path);
        if (answer.status() != 200) {
            throw refused(path, answer);
        }
        return answer;
    }

    /** Whatever a route answers. */
    public Answer get(String path) throws CommandFailure {
        URI uri = base.resolve(path);
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(uri).timeout(timeout).GET().build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (HttpTimeoutException late) {
            throw new CommandFailure(
                    ExitCode.TIMED_OUT, "no answer from " + uri + " within " + timeout.toMillis() + " ms");
        } catch (IOException unreachable) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "cannot reach " + base + ": " + reason(unreachable) + " (is the gateway running? see --url)");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
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
                    + problem.path("message").asText(problem.path("detail").asText());
        } catch (JsonProcessingException notJson) {
            said = answer.body().strip();
        }
        return new CommandFailure(code, path + ": HTTP " + answer.status() + (said.isEmpty() ? "" : ": " + said));
    }
}
