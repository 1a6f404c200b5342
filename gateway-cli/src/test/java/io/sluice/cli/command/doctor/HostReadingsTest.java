// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from the kernel's files, in a tree of the test's own. */
class HostReadingsTest {

    @TempDir
    private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void readsTheKernelsFiles() throws IOException {
        file("proc/net/udp", """
                   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
                  17: 00000000:17C1 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 26 2 0000 12
                """);
        file(
                "proc/net/udp6",
                "header\n  18: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 07"
                        + " 00000000:00000000 00:00000000 00000000     0        0 27 2 0000 0\n");
        file("proc/sys/net/core/rmem_max", "212992\n");
        file("proc/sys/net/core/wmem_max", "212993\n");
        file("proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
        file("proc/sys/net/ipv4/conf/eth0/rp_filter", "1\n");
        file("proc/sys/net/netfilter/nf_conntrack_max", "1000\n");
        file("proc/sys/net/netfilter/nf_conntrack_count", "30\n");
        file("proc/net/nf_conntrack", """
                ipv4     2 udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=5000 dport=6081 src=10.0.0.2
                ipv4     2 udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=5000 dport=53 src=10.0.0.2
                ipv4     2 tcp      6 29 src=10.0.0.1 dst=10.0.0.2 sport=5000 dport=6081 src=10.0.0.2
                """);
        file("proc/sys/kernel/io_uring_disabled", "1\n");
        file("proc/self/status", "Name:\tjava\nSeccomp:\t2\nSeccomp_filters:\t1\n");
        file("sys/class/net/lo/mtu", "65536\n");
        file("sys/class/net/eth0/mtu", "1500\n");
        file("sys/class/net/eth0/operstate", "up\n");
        file("sys/class/net/eth1/mtu", "9000\n");
        file("sys/class/net/eth1/operstate", "down\n");
        Files.createDirectories(root.resolve("proc/123/fd"));
        Files.createSymbolicLink(root.resolve("proc/123/fd/7"), Path.of("anon_inode:[io_uring]"));
        Files.createSymbolicLink(root.resolve("proc/123/fd/8"), Path.of("socket:[1]"));
        Files.createDirectories(root.resolve("run/systemd/timesync"));
        Files.createDirectories(root.resolve("data/config"));

        ObjectNode host = new HostReadings(root, root.resolve("data")).take();

        assertThat(host.path("udp-sockets").toString())
                .isEqualTo("[{\"port\":6081,\"drops\":12},{\"port\":53,\"drops\":0}]");
        assertThat(host.path("rmem-max").asLong()).isEqualTo(212_992);
        assertThat(host.path("wmem-max").asLong()).isEqualTo(212_993);
        assertThat(host.path("interfaces").toString())
                .isEqualTo("[{\"name\":\"eth0\",\"mtu\":1500,\"up\":true,\"rp-filter\":1},"
                        + "{\"name\":\"eth1\",\"mtu\":9000,\"up\":false}]");
        assertThat(host.path("rp-filter-all").asInt()).isEqualTo(2);
        assertThat(host.path("conntrack").toString())
                .isEqualTo("{\"loaded\":true,\"max\":1000,\"count\":30,\"geneve-entries\":1}");
        assertThat(host.path("io-uring").toString()).isEqualTo("{\"disabled\":1,\"seccomp\":2,\"rings\":1}");
        assertThat(host.path("clock-synchronized").asText()).isEqualTo("no");
        assertThat(host.at("/data-dir/store").asBoolean()).isTrue();
        file("run/systemd/timesync/synchronized", "");
        assertThat(new HostReadings(root, null)
                        .take()
                        .path("clock-synchronized")
                        .asText())
                .isEqualTo("yes");
    }

    @Test
    void leavesOutWhatIsNotThere() {
        ObjectNode host = new HostReadings(root.resolve("nothing"), root.resolve("absent")).take();
        assertThat(host.has("udp-sockets")).isFalse();
        assertThat(host.has("rmem-max")).isFalse();
        assertThat(host.has("interfaces")).isFalse();
        assertThat(host.has("conntrack")).isFalse();
        assertThat(host.at("/data-dir/exists").asBoolean()).isFalse();
        assertThat(host.path("clock-synchronized").asText()).isEqualTo("unknown");
    }
}
