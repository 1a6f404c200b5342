// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.sluice.api.core.Leases;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseFileTest {

    @TempDir
    private Path directory;

    @Test
    void remembersWhatWasWrittenLast() throws IOException {
        assertThat(new LeaseFile(directory).read()).isEmpty();
        Map<Leases.Holder, Long> leases = Map.of(
                new Leases.Holder(new TargetGroupId("firewalls"), new TargetId("10.1.0.11")), 30_000L,
                new Leases.Holder(new TargetGroupId("spare"), new TargetId("10.1.0.12")), 3_600_000L);
        new LeaseFile(directory).write(leases);
        assertThat(new LeaseFile(directory).read()).isEqualTo(leases);
        new LeaseFile(directory).write(Map.of());
        assertThat(new LeaseFile(directory).read()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"firewalls 10.1.0.11", "firewalls 10.1.0.11 soon", "firewalls 10.1.0.11 1", "a b c d", " "})
    void saysWhichLineIsNone(String line) throws IOException {
        Files.writeString(directory.resolve("leases"), line + "\n");
        assertThatIOException()
                .isThrownBy(() -> new LeaseFile(directory).read())
                .withMessageContaining("'" + line + "' is no lease");
    }
}
