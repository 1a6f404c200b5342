// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class FlameGraphTest {

    private static final String SCRIPT = """
            vert.x-eventloo\s
            \tffffffff81386317 udp_sendmsg ([kernel.kallsyms])
            \tffffffff81000130 entry_SYSCALL_64_after_hwframe ([kernel.kallsyms])
            \t    7f3a1c0d54f7 syscall (/usr/lib/libc.so.6)
            \t    7f3a04c0d54f void io.sluice.ingress.core.FlowOpening.ask() (/tmp/perf-42.map)

            vert.x-eventloo\s
            \t    7f3a04c0d54f java.util.HashMap$Node[] java.util.HashMap.resize(int, java.util.List<T>) (/tmp/perf-42.map)
            \t    7f3a04c0d54f void io.sluice.ingress.core.FlowOpening.ask() (/tmp/perf-42.map)

            C2 CompilerThre\s
            \t    7f3a1c0d54f7 [unknown] (/usr/lib/libjvm.so)

            """;

    @Test
    void readsWhatPerfWrites() {
        assertThat(CodeFrame.parse("\t  7f3 void a.b.C.d(a.E, int) (/tmp/perf-42.map)"))
                .contains(new CodeFrame("b.C.d", CodeFrame.Origin.JAVA));
        assertThat(CodeFrame.parse("\t  7f3 Interpreter (/tmp/perf-42.map)"))
                .contains(new CodeFrame("Interpreter", CodeFrame.Origin.JAVA));
        assertThat(CodeFrame.parse("\t  7f3 main (inlined)")).contains(new CodeFrame("main", CodeFrame.Origin.NATIVE));
        assertThat(CodeFrame.parse("\t  7f3 [unknown] (/a/libjvm.so)"))
                .contains(new CodeFrame("[libjvm.so]", CodeFrame.Origin.NATIVE));
        assertThat(CodeFrame.parse("\t  7f3 [unknown] (/tmp/libnetty.so (deleted))"))
                .contains(new CodeFrame("[libnetty.so]", CodeFrame.Origin.NATIVE));
        assertThat(CodeFrame.parse("\t  7f3 StubRoutines (initial stubs) (/tmp/perf-42.map)"))
                .contains(new CodeFrame("StubRoutines (initial stubs)", CodeFrame.Origin.JAVA));
        assertThat(CodeFrame.parse("\t  7f3")).isEmpty();
    }

    @Test
    void foldsStacksOfOneWay() {
        CallTree tree = CallTree.parse("all", SCRIPT);
        assertThat(tree.samples()).isEqualTo(3);
        List<CallTree> threads = List.copyOf(tree.callees());
        assertThat(threads)
                .extracting(thread -> thread.frame().name())
                .containsExactly("C2 CompilerThre", "vert.x-eventloo");
        CallTree ask = threads.get(1).callees().iterator().next();
        assertThat(ask.frame().name()).isEqualTo("core.FlowOpening.ask");
        assertThat(ask.samples()).isEqualTo(2);
        assertThat(ask.callees())
                .extracting(callee -> callee.frame().name())
                .containsExactly("syscall", "util.HashMap.resize");
    }

    @Test
    void picturesStandAlone() throws Exception {
        String svg = FlameGraph.svg(CallTree.parse("<all> & more", SCRIPT));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        Document document =
                factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(9);
        assertThat(svg)
                .contains("<title>core.FlowOpening.ask: 2 samples, 66.7 %</title>")
                .contains("&lt;all&gt; &amp; more: 3 samples")
                .doesNotContain("<script", "href");
    }
}
