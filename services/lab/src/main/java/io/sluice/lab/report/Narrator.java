// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Tells what goes on, line by line with the time since the start, and keeps the checks' results. */
public final class Narrator {
    private final PrintStream out;
    private final long startNs = System.nanoTime();
    private final List<Check> checks = new ArrayList<>();
    private volatile boolean silent;

    /** A named statement and whether it held. */
    public record Check(String name, boolean ok, String detail) {}

    /** Tells it to a stream. */
    public Narrator(PrintStream out) {
        this.out = out;
    }

    /** Begins a part. */
    public void section(String title) {
        print("");
        print("== " + title);
    }

    /** Says what goes on, with the time. */
    public void step(String text) {
        print(String.format(Locale.ROOT, "[%5.1f s] %s", elapsedSeconds(), text));
    }

    /** Says a line as it is. */
    public void plain(String line) {
        print(line);
    }

    /** Notes a check's result and says it; returns whether it held. */
    public boolean check(String name, boolean ok, String detail) {
        checks.add(new Check(name, ok, detail));
        print("  " + (ok ? "✓ " : "✗ ") + name + ": " + detail);
        return ok;
    }

    /** Every check so far, in order. */
    public List<Check> checks() {
        return Collections.unmodifiableList(checks);
    }

    /** Whether there were checks and all of them held. */
    public boolean allHeld() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::ok);
    }

    /** Time since the start. */
    public double elapsedSeconds() {
        return (System.nanoTime() - startNs) / 1e9;
    }

    /** Says nothing more: the user has ended the demo. */
    public void silence() {
        silent = true;
    }

    private void print(String line) {
        if (!silent) {
            out.println(line);
            out.flush();
        }
    }
}
