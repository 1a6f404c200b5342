// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class CurvesTest {

    private static final JsonArray LOOK_UPS = new JsonArray("""
            [{"benchmark": "io.sluice.perf.FlowTableBenchmark.hit", "params": {"flows": "10000"},
              "primaryMetric": {"scorePercentiles": {"0.0": 6.5, "50.0": 7, "100.0": 9}}},
             {"benchmark": "io.sluice.perf.FlowTableBenchmark.hit", "params": {"flows": "10000000"},
              "primaryMetric": {"scorePercentiles": {"0.0": 90, "50.0": 100.5, "100.0": 120}}}]
            """);
    private static final JsonArray MEMORY = new JsonArray("""
            [{"flows": 10000000, "allocatedBytes": 2400000000, "heapBytes": 2400000100, "residentBytes": 2500000000}]
            """);

    private final List<Curve> curves = Curves.of(
            Curves.pairs().stream()
                    .map(pair -> new Cell(pair, List.of(sample(pair))))
                    .toList(),
            LOOK_UPS,
            MEMORY);

    @Test
    void eachQuantityIsMeasuredOnce() {
        assertThat(Curves.pairs()).doesNotHaveDuplicates().hasSize(16);
        assertThat(curve("new-flows").quantities()).containsExactly(2L, 32L, 300L);
        assertThat(curve("targets").quantities()).containsExactly(1L, 4L, 32L);
        assertThat(curve("endpoints").quantities()).containsExactly(1L, 16L, 256L);
        assertThat(curve("look-up").quantities()).containsExactly(10_000L, 10_000_000L);
    }

    @Test
    void ratesAreOfAWholeCore() {
        // half of a second of a core for 100,000 packets
        assertThat(curve("targets")
                        .lines()
                        .getFirst()
                        .points()
                        .getFirst()
                        .figure()
                        .median())
                .isEqualTo(200, within(0.1));
        assertThat(curve("memory")
                        .lines()
                        .getFirst()
                        .points()
                        .getFirst()
                        .figure()
                        .median())
                .isEqualTo(240, within(0.1));
    }

    @Test
    void pictureSaysItsNumbers() throws Exception {
        String svg = CurvePlot.svg(curve("look-up"));
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(2);
        assertThat(svg).contains("hit, 10,000,000 flows: 101 (90-120) ns");
        for (Curve curve : curves) {
            assertThat(CurvePlot.svg(curve)).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void pageHasATableForEachCurve() {
        JsonObject host = new JsonObject().put("cpus", 2).put("dirty", false).put("rounds", 3);
        assertThat(CurvesPage.page("name", host, curves, MEMORY))
                .contains("| 10,000,000 | 100.5 (90.0-120.0) |")
                .contains("![Look-up in the flow table, against flows in it](name-look-up.svg)")
                .contains("A table of 10,000,000 flows: 2.235 GiB of heap, 2.328 GiB resident.");
        assertThat(CurvesPage.json(curves)).hasSize(curves.size());
    }

    @Test
    void takesOneOptionOnly() {
        assertThat(NumberOption.parse(List.of(), "--rounds", 3)).isEqualTo(3);
        assertThat(NumberOption.parse(List.of("--rounds", "5"), "--rounds", 3)).isEqualTo(5);
        assertThatThrownBy(() -> NumberOption.parse(List.of("--rounds", "0"), "--rounds", 3))
                .hasMessageContaining("number above 0");
        assertThatThrownBy(() -> NumberOption.parse(List.of("--full"), "--rounds", 3))
                .hasMessageContaining("only option is --rounds");
    }

    private Curve curve(String file) {
        return curves.stream()
                .filter(curve -> curve.file().equals(file))
                .findFirst()
                .orElseThrow();
    }

    private static Sample sample(Pair pair) {
        return new Sample(new JsonObject()
                .put("workload", pair.workload().name())
                .put(
                        "closed",
                        new JsonObject()
                                .put("cpuNs", 500_000_000L)
                                .put("softirqNs", 0L)
                                .put("doneInTime", 100_000L)));
    }
}
