// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.Optional;

/**
 * A function on a sampled stack.
 *
 * @param name as a picture shows it
 * @param origin whose code it is
 */
record CodeFrame(String name, Origin origin) {

    /** Whose code it is. */
    enum Origin {
        /** Not a function: the thread at the root. */
        THREAD,
        /** The kernel's. */
        KERNEL,
        /** Compiled Java. What the compiler put into a method is part of it. */
        JAVA,
        /** Programs in C, libraries, the virtual machine itself. */
        NATIVE
    }

    private static final String KERNEL_OBJECT = "[kernel";
    private static final String PERF_MAP = "/perf-";
    /** Follows the name of a file that is no more there, as of libraries that were unpacked to be loaded. */
    private static final String DELETED = " (deleted)";

    /** A line of {@code perf script} with the fields ip, sym and dso; empty when it is none. */
    static Optional<CodeFrame> parse(String line) {
        String text = line.strip().replace(DELETED, "");
        int name = text.indexOf(' ');
        int object = text.lastIndexOf(" (");
        if (name < 0 || object < name || !text.endsWith(")")) {
            return Optional.empty();
        }
        String symbol = object == name ? "[unknown]" : text.substring(name + 1, object);
        String file = text.substring(object + 2, text.length() - 1);
        if (file.startsWith(KERNEL_OBJECT)) {
            return Optional.of(new CodeFrame(symbol, Origin.KERNEL));
        }
        if (file.contains(PERF_MAP)) {
            return Optional.of(new CodeFrame(method(symbol), Origin.JAVA));
        }
        String unknown = "[" + file.substring(file.lastIndexOf('/') + 1) + "]";
        return Optional.of(new CodeFrame(symbol.equals("[unknown]") ? unknown : symbol, Origin.NATIVE));
    }

    /** Of {@code void a.b.C.d(a.b.E, int)} what people say: {@code b.C.d}. */
    private static String method(String symbol) {
        int arguments = symbol.indexOf('(');
        if (arguments < 1 || symbol.charAt(arguments - 1) == ' ') {
            return symbol; // code of the virtual machine's own making
        }
        String name = symbol.substring(symbol.lastIndexOf(' ', arguments) + 1, arguments);
        int method = name.lastIndexOf('.');
        int type = name.lastIndexOf('.', method - 1);
        return name.substring(name.lastIndexOf('.', type - 1) + 1);
    }
}
