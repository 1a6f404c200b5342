// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** A running gateway as its tests see it, of however many processes: {@link Shape} says of which. */
interface Gateway extends AdminPort, AutoCloseable {

    /**
     * Starts a gateway of the shape that is asked for.
     *
     * @param directory for its configuration, its data and its log
     * @param name of its files
     * @param yaml its configuration, as of one process that does everything
     * @param admin address and port of its admin routes, as the configuration says
     * @param arguments what else its processes are told
     */
    static Gateway start(Path directory, String name, String yaml, String admin, String... arguments)
            throws IOException {
        Shape shape = Shape.asked();
        return shape == Shape.ALL_IN_ONE
                ? new NodeProcess(directory, name, yaml, admin, arguments)
                : new SplitGateway(shape, directory, name, yaml, admin, arguments);
    }

    /** Waits until it says that it can do its job. */
    Gateway ready();

    /** What an admin route answers to a document. */
    HttpResponse<String> put(String path, String document) throws IOException, InterruptedException;

    /** What an admin route answers to a deletion. */
    HttpResponse<String> delete(String path) throws IOException, InterruptedException;

    /** Sum of the series of a metric that have this text in their labels. */
    double metric(String name, String labels) throws IOException, InterruptedException;

    /** Exit code, once it has ended. */
    int exitCode() throws InterruptedException;

    /** What it has said. */
    String log() throws IOException;

    /** Ends it as a power cut does. */
    void kill() throws InterruptedException;

    /** Asks it to stop. */
    void terminate();

    @Override
    void close();
}
