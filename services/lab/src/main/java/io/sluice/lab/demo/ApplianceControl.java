// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Tells appliances how to behave, by their control ports on the management network. */
final class ApplianceControl implements AutoCloseable {
    /** As an appliance should be. */
    static final String NORMAL = "normal";

    /** It returns nothing and fails its health checks. */
    static final String DEAD = "silent,unhealthy";

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    /** Makes an appliance behave in a mode of the reference appliance. */
    void become(Zone.Appliance appliance, String mode) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + appliance.managementAddress() + ":" + Programs.CONTROL_PORT + "/mode"))
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.ofString(mode))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(appliance.name() + " answered " + response.statusCode() + ": " + response.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
