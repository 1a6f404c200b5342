// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link DisabledRule} and {@link Prove}, short of running any test with a rule off. */
class DisabledRuleTest {

    @TempDir
    private Path directory;

    private static List<DisabledRule> ours() throws IOException {
        return DisabledRule.readAll(
                Tree.root().resolve(Prove.EDITS), ContractRule.read(Tree.root().resolve(Conformance.CONTRACT)));
    }

    @Test
    void everyChangeFitsTheSources() throws IOException {
        for (DisabledRule rule : ours()) {
            String source = Files.readString(Tree.root().resolve(rule.file()));

            assertThat(rule.applyTo(source)).as(rule.id()).isNotEqualTo(source);
        }
    }

    @Test
    void everyRuleThatCanBeSwitchedOffHasATestThatNeedsNoKernel() throws IOException {
        Set<String> proven = ProvingTests.find(Tree.root()).stream()
                .filter(test -> !test.type().endsWith("IT"))
                .map(ProvingTest::id)
                .collect(Collectors.toSet());

        assertThat(ours())
                .extracting(DisabledRule::id)
                .hasSizeGreaterThanOrEqualTo(20)
                .isSubsetOf(proven);
    }

    @Test
    void replacesLinesThatStandThereOnceHoweverTheyAreIndented() throws IOException {
        DisabledRule rule = read("# off\n= a\n- x();\n- y();\n+ z();\n");

        assertThat(rule.applyTo("a\n    x();\n  y();\nb\nx();\n")).isEqualTo("a\nz();\nb\nx();\n");
        assertThatIllegalArgumentException().isThrownBy(() -> rule.applyTo("x();\n"));
        assertThatIllegalArgumentException().isThrownBy(() -> rule.applyTo("x();\ny();\nx();\ny();\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "# off\n= a\n", "= a\n- x\n", "# off\n- x\n", "# off\n= a\n- x\n+ x\n", "# off\n? a\n- x\n"})
    void refusesAFileThatChangesNothing(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IOException.class);
    }

    @Test
    void aSeedAlwaysDrawsTheSame() throws IOException {
        List<DisabledRule> drawn = Prove.draw(ours(), 7, 10);

        assertThat(drawn).hasSize(10).doesNotHaveDuplicates().isEqualTo(Prove.draw(ours(), 7, 10));
        assertThat(drawn).isNotEqualTo(Prove.draw(ours(), 8, 10));
    }

    private DisabledRule read(String text) throws IOException {
        Files.writeString(directory.resolve("W-1.edit"), text);
        return DisabledRule.readAll(directory, List.of(new ContractRule("W-1", "One.", "")))
                .getFirst();
    }
}
