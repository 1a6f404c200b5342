// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.node.file.Forced;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MasterSecretTest {

    private static final String PEERS = """
            cluster: {listen: "10.2.0.1:5701", members: ["10.2.0.1:5701", "10.2.0.2:5701"]}
            """;

    @TempDir
    private Path data;

    private byte[] obtain(String more) throws Exception {
        return MasterSecret.obtain(Configurations.read(Configurations.LEAST + more), data);
    }

    private void refuses(String more, String message) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> obtain(more))
                .withMessageStartingWith("node.secret-file: " + data)
                .withMessageContaining(message);
    }

    @Test
    void isMadeOnceForItsOwnerOnlyAndReused() throws Exception {
        byte[] made = obtain("");
        Path file = data.resolve("master-secret");
        assertThat(made).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readAllBytes(file)).isEqualTo(made);
        assertThat(obtain("")).isEqualTo(made);
    }

    @Test
    void isOnDiskBeforeItIsUsed() throws Exception {
        Files.write(data.resolve("master-secret.new"), new byte[7]); // left by a power cut
        assertThat(Forced.during(() -> obtain(""))).containsExactly(data);
        assertThat(data).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void differsFromNodeToNode(@TempDir Path other) throws Exception {
        assertThat(obtain("")).isNotEqualTo(MasterSecret.obtain(Configurations.read(Configurations.LEAST), other));
    }

    @Test
    void isMadeWhereTheFileSays() throws Exception {
        byte[] made = obtain("node: {secret-file: deep/er/secret}");
        assertThat(data.resolve("deep/er/secret")).hasBinaryContent(made);
    }

    @Test
    void mayLieOutsideTheDataDirectory(@TempDir Path elsewhere) throws Exception {
        byte[] given = new byte[48];
        given[47] = 1;
        Path file = Files.write(elsewhere.resolve("secret"), given);
        assertThat(obtain(PEERS + "node: {secret-file: \"" + file + "\"}")).isEqualTo(given);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31})
    void isRefusedWhereItIsTooShort(int length) throws Exception {
        Files.write(data.resolve("master-secret"), new byte[length]);
        refuses("", "master-secret has " + length + " bytes: expected at least 32");
    }

    @Test
    void isRefusedWhereItIsTooLong() throws Exception {
        Path file = data.resolve("master-secret");
        Files.write(file, new byte[4_096]);
        assertThat(obtain("")).hasSize(4_096);
        Files.write(file, new byte[4_097]);
        refuses("", "is too long: expected at most 4096 bytes");
    }

    @Test
    void isNotMadeByANodeWithPeers() {
        refuses(PEERS, "is not there; nodes of a cluster share one secret of at least 32 bytes");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void isMadeByASeedThatNamesOnlyItself() throws Exception {
        assertThat(obtain("cluster: {listen: \"10.2.0.1:5701\", members: [\"10.2.0.1:5701\"]}"))
                .hasSize(32);
    }

    @Test
    void isRefusedWhereItIsADirectory() throws Exception {
        Files.createDirectory(data.resolve("master-secret"));
        refuses("", "is no regular file: expected a file of at least 32 bytes");
    }

    /** To open one waits until somebody writes to it. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isRefusedWhereItIsAPipe() throws Exception {
        Path pipe = data.resolve("master-secret");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        refuses("", "is no regular file");
    }

    @Test
    void isReadThroughALink() throws Exception {
        Path file = Files.write(data.resolve("elsewhere"), new byte[32]);
        Files.createSymbolicLink(data.resolve("master-secret"), file);
        assertThat(obtain("")).isEqualTo(new byte[32]);
    }

    private List<byte[]> all(String more) throws Exception {
        return MasterSecret.all(Configurations.read(Configurations.LEAST + more), data)
                .inOrder();
    }

    private static byte[] secret(int last) {
        byte[] secret = new byte[32];
        secret[31] = (byte) last;
        return secret;
    }

    @Test
    void anotherOneIsAcceptedWhereItIsNamed() throws Exception {
        Files.write(data.resolve("master-secret"), secret(1));
        Files.write(data.resolve("former"), secret(2));
        assertThat(all("")).containsExactly(secret(1));
        assertThat(all("node: {accepted-secret-file: former}")).containsExactly(secret(1), secret(2));
    }

    @Test
    void theSameOneTwiceIsOne() throws Exception {
        Files.write(data.resolve("master-secret"), secret(1));
        assertThat(all("node: {accepted-secret-file: master-secret}")).containsExactly(secret(1));
    }

    @Test
    void theAcceptedOneIsNeverMade() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> all("node: {accepted-secret-file: former}"))
                .withMessage("node.accepted-secret-file: " + data.resolve("former") + " is not there");
        assertThat(data.resolve("former")).doesNotExist();
    }

    @Test
    void theAcceptedOneIsRefusedWhereItIsTooShort() throws Exception {
        Files.write(data.resolve("former"), new byte[31]);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> all("node: {accepted-secret-file: former}"))
                .withMessage(
                        "node.accepted-secret-file: " + data.resolve("former") + " has 31 bytes: expected at least 32");
    }
}
