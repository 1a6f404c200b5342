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
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseFileTest {

    private static final Leases.Holder FIRST = holder("10.1.0.11");
    private static final Leases.Holder SECOND = holder("10.1.0.12");

    @TempDir
    private Path directory;

    private static Leases.Holder holder(String target) {
        return new Leases.Holder(new TargetGroupId("firewalls"), new TargetId(target));
    }

    @Test
    void remembersWhatWasWrittenLast() throws IOException {
        assertThat(new LeaseFile(directory).read()).isEmpty();
        Map<Leases.Holder, Long> leases = Map.of(FIRST, 30_000L, SECOND, 3_600_000L);
        new LeaseFile(directory).write(leases, leases.keySet());
        assertThat(new LeaseFile(directory).read()).isEqualTo(leases);
        new LeaseFile(directory).write(Map.of(), leases.keySet());
        assertThat(new LeaseFile(directory).read()).isEmpty();
    }

    @Test
    void writesOneLineForOneLeaseHoweverManyThereAre() throws IOException {
        LeaseFile file = new LeaseFile(directory);
        Map<Leases.Holder, Long> leases = new HashMap<>();
        for (int n = 0; n < 5_000; n++) {
            leases.put(holder("10.2." + n / 250 + "." + n % 250), 30_000L);
        }
        file.write(leases, leases.keySet());
        long before = Files.size(directory.resolve("leases"));
        leases.put(FIRST, 60_000L);
        file.write(leases, Set.of(FIRST));
        leases.remove(SECOND);
        file.write(leases, Set.of(SECOND));
        assertThat(Files.size(directory.resolve("leases")) - before).isBetween(40L, 80L);
        assertThat(new LeaseFile(directory).read()).isEqualTo(leases);
    }

    @Test
    void doesNotGrowForEver() throws IOException {
        LeaseFile file = new LeaseFile(directory);
        long most = 0;
        for (int round = 0; round < 5_000; round++) {
            Map<Leases.Holder, Long> leases =
                    round % 2 == 0 ? Map.of(FIRST, 5_000L + round, SECOND, 30_000L) : Map.of(SECOND, 30_000L);
            file.write(leases, round == 0 ? Set.of(FIRST, SECOND) : Set.of(FIRST));
            most = Math.max(most, Files.size(directory.resolve("leases")));
            if (round % 997 == 0) {
                assertThat(new LeaseFile(directory).read()).isEqualTo(leases);
            }
        }
        assertThat(most).isLessThan(50_000);
    }

    @Test
    void aLastLineThatIsCutOffWasNeverWritten() throws IOException {
        LeaseFile file = new LeaseFile(directory);
        file.write(Map.of(FIRST, 30_000L), Set.of(FIRST));
        Files.writeString(directory.resolve("leases"), "firewalls 10.1.0.12 3", StandardOpenOption.APPEND);
        assertThat(new LeaseFile(directory).read()).isEqualTo(Map.of(FIRST, 30_000L));
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
