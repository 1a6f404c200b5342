// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.client.AdminClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Readings of this host and of the node that is asked. */
final class LiveReadings implements Readings {

    private final AdminClient client;
    private final HostReadings host;

    LiveReadings(AdminClient client, @Nullable Path dataDirectory) {
        this.client = client;
        this.host = new HostReadings(Path.of("/"), dataDirectory);
    }

    @Override
    public JsonNode take() {
        ObjectNode readings = JsonNodeFactory.instance.objectNode();
        readings.set("node", new NodeReadings(client).take());
        readings.set("host", host.take().put("local", isHere(client.base().getHost())));
        return readings;
    }

    /** Whether an address is one of this host's. */
    private static boolean isHere(String name) {
        try {
            InetAddress address = InetAddress.getByName(name);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException unknown) {
            return false;
        }
    }
}
