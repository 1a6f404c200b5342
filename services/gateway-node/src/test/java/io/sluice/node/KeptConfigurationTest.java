// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.NodeConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptConfigurationTest {

    private static final long BOOT_ID = 1_700_000_000_000L;

    @TempDir
    private Path data;

    private static NodeConfig config(String admin) throws Exception {
        return NodeConfigReader.read(
                "gateway.yaml",
                "node: {id: gw-1, roles: [control-api]}\nadmin: {listen: \"" + admin + "\"}\nzones: [az1]\n",
                null);
    }

    @Test
    void whoIsReachedByOthersGetsOneAdminTokenInAFileOfTheOwner() throws Exception {
        Path file = data.resolve("admin.token");
        String secret;
        try (KeptConfiguration kept = KeptConfiguration.open(config("0.0.0.0:8080"), data, BOOT_ID)) {
            secret = Files.readString(file).strip();
            assertThat(kept.tokens().find(secret)).map(TokenRecord::isAdmin).contains(true);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        try (KeptConfiguration kept = KeptConfiguration.open(config("0.0.0.0:8080"), data, BOOT_ID)) {
            assertThat(file).hasContent(secret);
            assertThat(kept.tokens().list()).hasSize(1);
        }
    }

    @Test
    void whoListensOnLoopbackNeedsNoToken() throws Exception {
        try (KeptConfiguration kept = KeptConfiguration.open(config("127.9.9.9:8080"), data, BOOT_ID)) {
            assertThat(kept.tokens().isEmpty()).isTrue();
            assertThat(data.resolve("admin.token")).doesNotExist();
        }
    }

    @Test
    void whoseLastAdminTokenHasEndedGetsAnotherOneOnLoopbackToo() throws Exception {
        try (KeptConfiguration kept = KeptConfiguration.open(config("127.0.0.1:8080"), data, BOOT_ID)) {
            kept.store()
                    .put(
                            new TokenRecord("tuesday", TokenRole.ADMIN, "00".repeat(32), 1, 0, 2),
                            AuditEntry.of(1, new ChangeOrigin("test", "issue token"), "token tuesday admin"));
        }
        try (KeptConfiguration kept = KeptConfiguration.open(config("127.0.0.1:8080"), data, BOOT_ID)) {
            String secret = Files.readString(data.resolve("admin.token")).strip();
            assertThat(kept.tokens().find(secret)).map(TokenRecord::isAdmin).contains(true);
        }
    }

    @Test
    void keepsEverythingInMemoryWithoutADirectory() throws Exception {
        try (KeptConfiguration kept = KeptConfiguration.open(config("127.0.0.1:8080"), null, BOOT_ID)) {
            assertThat(kept.initial().number()).isEqualTo(BOOT_ID);
            assertThat(kept.store().newest()).isPresent();
        }
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> KeptConfiguration.open(config("0.0.0.0:8080"), null, BOOT_ID))
                .withMessageContaining("expected --data-dir, or a loopback address");
    }

    @Test
    void aProcessWithoutTheRoleStartsFromItsFileAndLeavesNothing() throws Exception {
        NodeConfig config = NodeConfigReader.read(
                "gateway.yaml", "node: {id: gw-1, roles: [health-checking]}\nzones: [az1]\n", null);
        try (KeptConfiguration kept = KeptConfiguration.open(config, data, BOOT_ID)) {
            assertThat(kept.initial().number()).isZero();
            assertThat(kept.tokens()).isNull();
        }
        assertThat(data).isEmptyDirectory();
    }
}
