// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Tells what goes on, line by line with the time since the start, and keeps the checks' results. */
final class Narrator {
    private final PrintStream out;
    private final long startNs = System.nanoTime();
    private final List<Check> checks = new ArrayList<>();
    private volatile boolean silent;

    /** A named statement and whether it held. */
    record Check(String name, boolean ok, String detail) {}

    Narrator(PrintStream out) {
        this.out = out;
    }

    void section(String title) {
        print("");
        print("== " + title);
    }

    void step(String text) {
        print(String.format(Locale.ROOT, "[%5.1f s] %s", elapsedSeconds(), text));
    }

    void plain(String line) {
        print(line);
    }

    /** Notes a check's result and says it; returns whether it held. */
    boolean check(String name, boolean ok, String detail) {
        checks.add(new Check(name, ok, detail));
        print("  " + (ok ? "✓ " : "✗ ") + name + ": " + detail);
        return ok;
    }

    List<Check> checks() {
        return Collections.unmodifiableList(checks);
    }

    boolean allHeld() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
    }

    double elapsedSeconds() {
        return (System.nanoTime() - startNs) / 1e9;
    }

    /** Says nothing more: the user has ended the demo. */
    void silence() {
        silent = true;
    }

    private void print(String line) {
        if (!silent) {
            out.println(line);
            out.flush();
        }
    }
}
