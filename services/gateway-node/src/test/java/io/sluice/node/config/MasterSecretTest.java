// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterSecretTest {

    @TempDir
    private Path directory;

    private static NodeConfig config(String node, String cluster) throws ConfigException {
        return NodeConfigReader.read(
                "gateway.yaml", "node: {roles: [health-checking]" + node + "}\n" + cluster + "zones: [az1]\n", null);
    }

    @Test
    void isMadeOnceReadableByItsOwnerOnly() throws Exception {
        NodeConfig alone = config("", "");
        byte[] made = MasterSecret.obtain(alone, directory);
        assertThat(made).hasSize(32);
        Path file = directory.resolve("master-secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(MasterSecret.obtain(alone, directory))
                .as("the next start finds it")
                .isEqualTo(made);
        assertThat(MasterSecret.obtain(alone, Files.createDirectory(directory.resolve("other"))))
                .as("another node has another")
                .isNotEqualTo(made);
    }

    @Test
    void isReadFromWhereTheConfigurationSays() throws Exception {
        Files.createDirectories(directory.resolve("secrets"));
        byte[] given = "0123456789abcdef0123456789abcdef-and-more".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Files.write(directory.resolve("secrets/master"), given);
        assertThat(MasterSecret.obtain(config(", secret-file: secrets/master", ""), directory))
                .isEqualTo(given);
    }

    @Test
    void isNotMadeWhereTheNodeHasPeers() throws Exception {
        NodeConfig member = config("", "cluster: {listen: '127.0.0.1:5701', members: ['127.0.0.1:5702']}\n");
        assertThatThrownBy(() -> MasterSecret.obtain(member, directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node.secret-file")
                .hasMessageContaining("share one secret");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isMadeWhereTheOnlyMemberIsTheNodeItself() throws Exception {
        NodeConfig only = config("", "cluster: {listen: '127.0.0.1:5701', members: ['127.0.0.1:5701']}\n");
        assertThat(MasterSecret.obtain(only, directory)).hasSize(32);
    }

    @Test
    void isRefusedWhenItIsTooShortOrNoSecretAtAll() throws Exception {
        Files.write(directory.resolve("master-secret"), new byte[31]);
        assertThatThrownBy(() -> MasterSecret.obtain(config("", ""), directory))
                .hasMessageContaining("31 bytes")
                .hasMessageContaining("at least 32");
        Files.write(directory.resolve("master-secret"), new byte[5_000]);
        assertThatThrownBy(() -> MasterSecret.obtain(config("", ""), directory)).hasMessageContaining("more than 4096");
    }
}
