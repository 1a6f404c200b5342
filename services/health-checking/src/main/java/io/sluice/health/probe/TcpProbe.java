// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import io.sluice.health.core.ProbeResult;
import io.sluice.model.id.Ipv4Address;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.Optional;

/**
 * Passes when a TCP connection is established within the timeout (H-3).
 *
 * <p><b>Threading</b>: any context; the answer comes on the caller's.
 */
public final class TcpProbe implements Probe {

    private final Vertx vertx;
    private final NetClient client;

    /**
     * A probe that connects from one address.
     *
     * @param localAddress the node's address in the zone it probes from (H-1); empty leaves it to the host
     */
    public TcpProbe(Vertx vertx, Optional<Ipv4Address> localAddress) {
        this.vertx = vertx;
        NetClientOptions options = new NetClientOptions().setReconnectAttempts(0);
        localAddress.ifPresent(address -> options.setLocalAddress(address.toString()));
        this.client = vertx.createNetClient(options);
    }

    @Override
    public Future<ProbeResult> check(ProbeRequest request) {
        Deadline deadline = new Deadline(vertx, request.timeoutMs());
        client.connect(new ConnectOptions()
                        .setHost(request.address().address().toString())
                        .setPort(request.address().port())
                        .setTimeout(Deadline.connectTimeoutMs(request.timeoutMs())))
                .onComplete(
                        socket -> {
                            deadline.answer(new ProbeResult.Success());
                            socket.close();
                        },
                        deadline::failed);
        return deadline.future();
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }
}
