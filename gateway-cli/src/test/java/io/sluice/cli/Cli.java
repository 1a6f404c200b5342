// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Runs the command line as a person would, with surroundings of the test's own. */
record Cli(Map<String, String> variables, String input, boolean terminal, Path home) {

    private static final Set<String> LOCAL = Set.of("context", "completion", "help");

    /** What came out. */
    record Result(int code, String out, String err) {}

    static Cli piped() {
        return new Cli(Map.of("NO_COLOR", "1"), "", false, Path.of("/nonexistent"));
    }

    Cli typing(String line) {
        return new Cli(variables, line, true, home);
    }

    Cli reading(String text) {
        return new Cli(variables, text, terminal, home);
    }

    Cli at(Path other) {
        return new Cli(variables, input, terminal, other);
    }

    Cli with(Map<String, String> other) {
        return new Cli(other, input, terminal, home);
    }

    Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Surroundings around = new Surroundings(
                variables, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), terminal, home);
        int code = Main.run(around, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Result(code, out.toString(), err.toString());
    }

    /** Against a gateway. */
    Result run(FakeGateway gateway, String... arguments) {
        return LOCAL.contains(arguments[0])
                ? run(arguments)
                : run(Stream.concat(Stream.of(arguments), Stream.of("--url", gateway.url()))
                        .toArray(String[]::new));
    }
}
