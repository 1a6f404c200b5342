// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sampled stacks folded into one tree: a node for each way to a function, with the samples that went this way. */
final class CallTree {

    private final CodeFrame frame;
    private final Map<CodeFrame, CallTree> callees = new LinkedHashMap<>();
    private long samples;

    private CallTree(CodeFrame frame) {
        this.frame = frame;
    }

    /** Reads what {@code perf script -F comm,ip,sym,dso} wrote; the root is called {@code name}. */
    static CallTree parse(String name, String script) {
        CallTree root = new CallTree(new CodeFrame(name, CodeFrame.Origin.THREAD));
        List<CodeFrame> stack = new ArrayList<>();
        String thread = "";
        for (String line : (Iterable<String>) script.lines()::iterator) {
            if (line.isBlank()) {
                root.add(thread, stack);
                stack.clear();
            } else if (Character.isWhitespace(line.charAt(0))) {
                CodeFrame.parse(line).ifPresent(stack::add);
            } else {
                thread = line.strip();
            }
        }
        root.add(thread, stack);
        return root;
    }

    /** A stack as perf has it, the innermost function first. */
    private void add(String thread, List<CodeFrame> stack) {
        if (stack.isEmpty()) {
            return;
        }
        samples++;
        CallTree at = callee(new CodeFrame(thread, CodeFrame.Origin.THREAD));
        at.samples++;
        for (CodeFrame called : stack.reversed()) {
            at = at.callee(called);
            at.samples++;
        }
    }

    private CallTree callee(CodeFrame called) {
        return callees.computeIfAbsent(called, CallTree::new);
    }

    CodeFrame frame() {
        return frame;
    }

    /** Samples in this function or what it called. */
    long samples() {
        return samples;
    }

    /** What it called, in the order of names: neighbours then stay neighbours from run to run. */
    Collection<CallTree> callees() {
        return callees.values().stream()
                .sorted(Comparator.comparing(tree -> tree.frame.name()))
                .toList();
    }
}
