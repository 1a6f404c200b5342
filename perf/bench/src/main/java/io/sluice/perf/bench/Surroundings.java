// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.util.List;

/** What a forwarder's process needs around it: made before it starts, completed once it runs, gone after it has ended. */
interface Surroundings extends AutoCloseable {

    /** Nothing: the process is one of the run's own namespace. */
    Surroundings NONE = List::of;

    /** The surroundings of a row, made. */
    static Surroundings of(Row row, Groups groups, Settings settings) throws IOException, InterruptedException {
        return switch (row.kind()) {
            case OPEN_VSWITCH -> OpenVSwitch.open(row, groups, settings);
            case KERNEL -> KernelForwarding.open(row, settings);
            case GATEWAY, C_FORWARDER, C_REFLECTOR, NGINX -> row.veth() ? VethPath.open(row) : NONE;
        };
    }

    /** The words before the process's command. */
    List<String> enter();

    /** Does what can only be done while the process runs; when it returns, the forwarder is ready. */
    default void complete() throws IOException, InterruptedException {}

    @Override
    default void close() {}
}
