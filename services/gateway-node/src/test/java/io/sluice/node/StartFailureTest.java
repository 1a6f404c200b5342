// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.FreePorts;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person sees who starts a node in a way that cannot work: one line that names the cause, no stack trace. */
class StartFailureTest {

    @TempDir
    private Path directory;

    private List<String> says(String yaml, int exitCode, String... arguments) throws Exception {
        return says("node", yaml, exitCode, arguments);
    }

    private List<String> says(String name, String yaml, int exitCode, String... arguments) throws Exception {
        try (NodeProcess node = new NodeProcess(directory, name, yaml, "127.0.0.1:1", arguments)) {
            assertThat(node.exitCode()).as(node.log()).isEqualTo(exitCode);
            return node.log().lines().toList();
        }
    }

    @Test
    void namesTheKeyOfAConfigurationThatIsWrong() throws Exception {
        assertThat(says("nod: {}\n", 2)).anySatisfy(line -> assertThat(line).contains("node.yaml:1: nod"));
    }

    @Test
    void namesASecretThatIsTooShort() throws Exception {
        Files.createDirectories(directory.resolve("node-data"));
        Files.write(directory.resolve("node-data/master-secret"), new byte[3]);
        assertThat(says("node: {roles: [health-checking]}\nzones: [az1]\n", 1))
                .singleElement()
                .asString()
                .contains("cannot start: node.secret-file")
                .contains("3 bytes");
    }

    @Test
    void namesADataDirectoryThatIsAFile() throws Exception {
        Files.writeString(directory.resolve("node-data"), "a file");
        assertThat(says("node: {roles: [health-checking]}\nzones: [az1]\n", 1))
                .singleElement()
                .asString()
                .contains("cannot start: --data-dir");
    }

    @Test
    void namesTheAddressThatIsTaken() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String yaml = """
                    ingress: {listen: "127.0.0.1:%d"}
                    appliances: {listen: "127.0.63.1"}
                    admin: {listen: "127.0.63.1:8080"}
                    zones: [az1]
                    """.formatted(taken.getLocalPort());
            List<String> lines = says(yaml, 1);
            assertThat(lines).noneMatch(line -> line.startsWith("\tat "));
            assertThat(lines)
                    .anySatisfy(line -> assertThat(line)
                            .contains("cannot start: cannot bind UDP 127.0.0.1:" + taken.getLocalPort()));
        }
    }

    @Test
    void namesTheAddressOfTheClusterThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String yaml = """
                    ingress: {listen: "127.0.63.2"}
                    appliances: {listen: "127.0.63.2"}
                    admin: {listen: "127.0.63.2:8080"}
                    cluster: {name: taken, listen: "127.0.0.1:%d"}
                    zones: [az1]
                    """.formatted(taken.getLocalPort());
            List<String> lines = says(yaml, 1);
            assertThat(lines)
                    .anySatisfy(line ->
                            assertThat(line).contains("cannot start: ").contains(String.valueOf(taken.getLocalPort())));
            assertThat(lines).as("no packet is taken before").noneMatch(line -> line.contains("event=node_ready"));
        }
    }

    @Test
    void namesTheMemberWhoseSecretIsAnotherOne() throws Exception {
        int first = FreePorts.next();
        int second = FreePorts.next();
        int admin = FreePorts.next();
        secret("one", 1);
        secret("two", 2);
        try (NodeProcess one =
                new NodeProcess(directory, "one", member("gw-1", first, second, admin), "127.0.63.3:" + admin)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> one.log().contains("event=node_ready"));
            assertThat(says("two", member("gw-2", second, first, FreePorts.next()), 1))
                    .filteredOn(line -> line.contains("cannot start: "))
                    .singleElement()
                    .asString()
                    .contains("node.secret-file: ", "'gw-1'");
            secret("two", 1);
            try (NodeProcess two = new NodeProcess(
                    directory, "two", member("gw-2", second, first, FreePorts.next()), "127.0.63.3:1")) {
                await().atMost(Duration.ofMinutes(2)).until(() -> two.log().contains("event=node_ready"));
                assertThat(two.log())
                        .as("nothing of the other secret is left")
                        .contains("event=journal_opened")
                        .doesNotContain("event=journal_not_opened");
            }
            assertThat(one.log()).as("the one that was there stays").doesNotContain("event=node_stopping");
        }
    }

    private void secret(String name, int last) throws IOException {
        byte[] secret = new byte[32];
        secret[31] = (byte) last;
        Files.createDirectories(directory.resolve(name + "-data"));
        Files.write(directory.resolve(name + "-data/master-secret"), secret);
    }

    private static String member(String id, int port, int otherPort, int admin) {
        return """
                node: {id: %s, roles: [health-checking, flow-hashing, target-selection]}
                admin: {listen: "127.0.63.3:%d"}
                cluster: {name: secrets-%d, listen: "127.0.0.1:%d", members: ["127.0.0.1:%d", "127.0.0.1:%d"]}
                zones: [az1]
                """.formatted(id, admin, Math.min(port, otherPort), port, port, otherPort);
    }

    @Test
    void namesARoleThatIsNone() throws Exception {
        assertThat(says("zones: [az1]\n", 2, "--roles", "everything"))
                .anySatisfy(line -> assertThat(line).contains("--roles").contains("everything"));
    }
}
