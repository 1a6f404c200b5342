// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.Locale;

/**
 * A call tree as a picture: a bar is a function, as wide as its samples, and stands on its caller (B. Gregg, "The Flame
 * Graph", ACM Queue 14(2), 2016).
 *
 * <p>One SVG file without scripts or anything from elsewhere; a bar that is pointed at says its name, samples and share.
 */
final class FlameGraph {

    private static final int WIDTH = 1400;
    private static final int BAR_HEIGHT = 17;
    private static final int MARGIN = 10;
    private static final int HEAD_HEIGHT = 46;
    private static final double LETTER_WIDTH = 6.7;
    /** Narrower bars are left out: a file of all of them would be some megabytes. */
    private static final double BAR_WIDTH_MIN = 0.7;

    private final CallTree root;
    private final double widthOfSample;
    private final StringBuilder bars = new StringBuilder(1 << 16);

    private FlameGraph(CallTree root) {
        this.root = root;
        this.widthOfSample = (WIDTH - 2.0 * MARGIN) / Math.max(1, root.samples());
    }

    /** The picture. */
    static String svg(CallTree root) {
        return new FlameGraph(root).draw();
    }

    private String draw() {
        int height = HEAD_HEIGHT + MARGIN + (depthOf(root) + 1) * BAR_HEIGHT;
        bar(root, MARGIN, height - MARGIN - BAR_HEIGHT);
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" \
                font-family="monospace" font-size="11">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                <text x="%d" y="20" font-size="15">%s: %d samples of CPU time</text>
                <text x="%d" y="38">kernel <tspan fill="%s">■</tspan>  Java <tspan fill="%s">■</tspan>  \
                native <tspan fill="%s">■</tspan>  (methods that were compiled into another are part of it)</text>
                """.formatted(
                                WIDTH,
                                height,
                                WIDTH,
                                height,
                                MARGIN,
                                escape(root.frame().name()),
                                root.samples(),
                                MARGIN,
                                colour(CodeFrame.Origin.KERNEL),
                                colour(CodeFrame.Origin.JAVA),
                                colour(CodeFrame.Origin.NATIVE))
                + bars + "</svg>\n";
    }

    private int depthOf(CallTree tree) {
        int depth = 0;
        for (CallTree callee : tree.callees()) {
            if (callee.samples() * widthOfSample >= BAR_WIDTH_MIN) {
                depth = Math.max(depth, 1 + depthOf(callee));
            }
        }
        return depth;
    }

    private void bar(CallTree tree, double left, int top) {
        double width = tree.samples() * widthOfSample;
        if (width < BAR_WIDTH_MIN) {
            return;
        }
        String name = tree.frame().name();
        int letters = (int) ((width - 4) / LETTER_WIDTH);
        String label = letters < 3 ? "" : name.length() <= letters ? name : name.substring(0, letters - 1) + "…";
        bars.append(String.format(
                Locale.ROOT,
                "<g><title>%s: %d samples, %.1f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                escape(name),
                tree.samples(),
                100.0 * tree.samples() / root.samples(),
                left,
                top,
                width,
                BAR_HEIGHT - 1,
                colour(tree.frame().origin())));
        if (!label.isEmpty()) {
            bars.append(String.format(
                    Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%s</text>", left + 2, top + 12, escape(label)));
        }
        bars.append("</g>\n");
        double at = left;
        for (CallTree callee : tree.callees()) {
            bar(callee, at, top - BAR_HEIGHT);
            at += callee.samples() * widthOfSample;
        }
    }

    private static String colour(CodeFrame.Origin origin) {
        return switch (origin) {
            case THREAD -> "#d9d9d9";
            case KERNEL -> "#f4a261";
            case JAVA -> "#8ecf8e";
            case NATIVE -> "#e8d36b";
        };
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
