// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandsTest {

    @Test
    void wordsInFrontAndVariablesBelongToEveryCommand() throws IOException, InterruptedException {
        Commands commands = new Commands(List.of("env", "ONE=1"), Map.of("TWO", "2"));
        assertThat(commands.run(List.of("sh", "-c", "echo $ONE$TWO"))).isEqualTo("12\n");
    }

    @Test
    void failureSaysWhatTheCommandSaid() {
        assertThatThrownBy(() -> Commands.HERE.run(List.of("sh", "-c", "echo no such thing; exit 3")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no such thing");
    }

    @Test
    void knowsWhichToolsThereAre() {
        assertThat(Commands.has("sh")).isTrue();
        assertThat(Commands.has("no-such-tool")).isFalse();
    }
}
