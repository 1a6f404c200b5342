// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.contract.Contract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract and {@code docs/problems.md} name every code of a problem, and no other. */
class ProblemCodesTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "problems.md");
    private static final String WRITE = "sluice.write-docs";
    private static final String COMMAND = "mvn -pl services/control-api -am test -Dtest=ProblemCodesTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";
    private static final Pattern CODES = Pattern.compile("(?s) {4}Problem:\n.*? {8}code:\n.*?enum: \\[(.*?)\\]");

    @BeforeAll
    static void writeWhereAskedTo() throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(PAGE, page());
        }
    }

    private static List<String> codes() {
        return Arrays.stream(ProblemCode.values()).map(ProblemCode::text).toList();
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Problems

                Whatever the admin port refuses it answers with `application/problem+json` (RFC 9457): `status`, a `code` for programs,
                `detail` for people with what is wrong and what would be valid, `field` with the parameter or key where there is one.
                A code means the same for good. This page is written from `ProblemCode`; a test fails when it says something else. To
                write it anew:

                ```sh
                %s
                ```

                | code | status | what it means |
                | --- | --- | --- |
                """.formatted(COMMAND));
        for (ProblemCode code : ProblemCode.values()) {
            page.append("| `%s` | %s | %s |\n".formatted(code.text(), code.statuses(), code.meaning()));
        }
        return page.toString();
    }

    @Test
    void thePageSaysWhatTheCodeSays() throws IOException {
        assertThat(Files.readString(PAGE))
                .as("docs/problems.md is not what the code says; write it anew with: " + COMMAND)
                .isEqualTo(page());
    }

    @Test
    void theContractHasThemAll() {
        Matcher found = CODES.matcher(Contract.text());
        assertThat(found.find()).isTrue();
        assertThat(Arrays.stream(found.group(1).split(",")).map(String::strip))
                .containsExactlyInAnyOrderElementsOf(codes());
    }
}
