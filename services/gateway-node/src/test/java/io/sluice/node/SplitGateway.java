// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A gateway of several processes, see {@link Shape}; for its tests it is one. Routes are asked of a process with the control API;
 * metrics are those of all.
 */
final class SplitGateway implements Gateway {

    private static final Duration MEET_MAX = Duration.ofMinutes(3);

    private static final int SECRET_BYTES = 32;

    /** What six JVMs compile and collect for speed leaves too little of two cores for questions to be answered in time. */
    private static final List<String> MODEST = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final List<NodeProcess> parts = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final NodeProcess control;

    /**
     * Starts its processes.
     *
     * @param shape which there are
     * @param directory for their files; what one found there of an earlier run it goes on with
     * @param name of their files
     * @param yaml configuration of one process that does everything
     * @param admin address and port of the admin routes
     * @param arguments what else each is told
     */
    SplitGateway(Shape shape, Path directory, String name, String yaml, String admin, String... arguments)
            throws IOException {
        PartDocuments documents = new PartDocuments(yaml, shape, admin);
        for (int index = 0; index < shape.parts().size(); index++) {
            String file = name + "-" + shape.parts().get(index).name();
            Path data = Files.createDirectories(directory.resolve(file + "-data"));
            Files.write(data.resolve(documents.secretFile()), new byte[SECRET_BYTES]);
            ids.add(documents.id(index));
            parts.add(new NodeProcess(
                    MODEST, directory, file, documents.configuration(index), documents.admin(index), arguments));
        }
        control = parts.get(documents.control());
    }

    /**
     * Each of its processes is ready, and the one with the control API knows that all others have its configuration. They take
     * so long to start that the first health checks are half done: it has come to a verdict about every target, so that nothing
     * changes by itself while a test looks.
     */
    @Override
    public SplitGateway ready() {
        try {
            parts.forEach(NodeProcess::ready);
            await("the processes know of each other").atMost(MEET_MAX).until(this::isOne);
            await("every target has been judged").atMost(MEET_MAX).until(this::hasJudged);
        } catch (RuntimeException | AssertionError failed) {
            close();
            throw failed;
        }
        return this;
    }

    private boolean hasJudged() throws IOException, InterruptedException {
        return new JsonObject(get("/v1/targets"))
                .getJsonArray("targets").stream()
                        .noneMatch(target ->
                                ((JsonObject) target).getString("state").equals("initial"));
    }

    private boolean isOne() throws IOException, InterruptedException {
        JsonObject answer = new JsonObject(get("/v1/nodes"));
        Set<String> current = new HashSet<>();
        for (Object node : answer.getJsonArray("nodes")) {
            JsonObject status = (JsonObject) node;
            if (status.getLong("configRevision").equals(answer.getLong("configRevision"))) {
                current.add(status.getString("id"));
            }
        }
        return current.equals(ids);
    }

    @Override
    public String get(String path) throws IOException, InterruptedException {
        return control.get(path);
    }

    @Override
    public HttpResponse<String> put(String path, String document) throws IOException, InterruptedException {
        return control.put(path, document);
    }

    @Override
    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return control.delete(path);
    }

    @Override
    public double metric(String name, String labels) throws IOException, InterruptedException {
        List<String> answers = new ArrayList<>();
        for (NodeProcess part : parts) {
            answers.add(part.get("/metrics"));
        }
        return GatewayMetric.of(answers, name, labels);
    }

    /** Of the processes, which must all have the same. */
    @Override
    public int exitCode() throws InterruptedException {
        Set<Integer> codes = new HashSet<>();
        for (NodeProcess part : parts) {
            codes.add(part.exitCode());
        }
        if (codes.size() != 1) {
            throw new AssertionError("the processes ended with " + codes);
        }
        return codes.iterator().next();
    }

    /** What its processes have said, one after the other. */
    @Override
    public String log() throws IOException {
        StringBuilder all = new StringBuilder();
        for (NodeProcess part : parts) {
            all.append(part.log());
        }
        return all.toString();
    }

    /** All at once, as far as that goes. */
    @Override
    public void kill() throws InterruptedException {
        parts.forEach(NodeProcess::beginKill);
        for (NodeProcess part : parts) {
            part.exitCode();
        }
    }

    @Override
    public void terminate() {
        parts.forEach(NodeProcess::terminate);
    }

    @Override
    public void close() {
        parts.forEach(NodeProcess::beginKill);
        parts.forEach(NodeProcess::close);
    }
}
