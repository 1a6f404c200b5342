// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** nginx as a row: its stream module as a UDP proxy, if both are installed. */
final class NginxProxy {

    private static final Path MODULE = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    private NginxProxy() {}

    /** Why there can be no such row, if so. */
    static Optional<String> obstacle() {
        boolean installed = Files.exists(MODULE)
                && List.of("/usr/sbin/nginx", "/usr/bin/nginx").stream().anyMatch(file -> Files.exists(Path.of(file)));
        return installed
                ? Optional.empty()
                : Optional.of(
                        "nginx with its stream module is not installed (packages nginx-light, libnginx-mod-stream)");
    }

    static List<String> command(Row row, Groups groups, Settings settings) throws IOException {
        Path file =
                Files.writeString(settings.scratch().resolve(row.text() + ".conf"), configuration(groups, settings));
        return List.of("nginx", "-p", settings.scratch().toString(), "-c", file.toString());
    }

    /** The address that serves the group of so many targets. */
    static String address(int targets) {
        return "127.0.11." + targets;
    }

    /** One process, one server for each group; a flow stays at its target by the hash of its outer source. */
    static String configuration(Groups groups, Settings settings) {
        StringBuilder text = new StringBuilder(2048);
        text.append("""
                load_module %s;
                daemon off;
                master_process off;
                worker_rlimit_nofile 65536;
                error_log %s/nginx-error.log crit;
                pid %s/nginx.pid;
                events { worker_connections 65536; }
                stream {
                """.formatted(MODULE, settings.scratch(), settings.scratch()));
        for (int targets : groups.endpointsOf().keySet()) {
            text.append("  upstream of_%d {\n    hash $remote_addr:$remote_port;\n".formatted(targets));
            for (int i = 0; i < targets; i++) {
                text.append("    server %s:6081;\n".formatted(Addresses.target(Row.NGINX, targets, i)));
            }
            text.append(
                    "  }\n  server { listen %s:6080 udp rcvbuf=8m sndbuf=4m; proxy_pass of_%d; proxy_timeout 120s; }\n"
                            .formatted(address(targets), targets));
        }
        return text.append("}\n").toString();
    }
}
