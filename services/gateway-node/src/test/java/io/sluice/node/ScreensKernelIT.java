// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code observe} and {@code top} print on a real network with traffic is what {@code docs/screens.md} shows of them.
 *
 * <p>{@code ./sluice screens} writes the page.
 */
class ScreensKernelIT {

    private static List<String> observed = List.of();
    private static List<String> top = List.of();
    private static Map<String, String> said = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        said = Scenario.run(ScreensScenario.class, directory);
        observed = Files.readAllLines(directory.resolve(ScreensScenario.OBSERVED));
        top = Files.readAllLines(directory.resolve(ScreensScenario.TOP));
        if (Boolean.getBoolean("sluice.screens.write")) {
            ScreensPage.write(observed, top);
        }
    }

    @Test
    void bothEndWellAndNothingIsLostBesideThem() {
        assertThat(said)
                .containsEntry("top.exit-code", "0")
                .containsEntry("top.lost", "0")
                .containsEntry("observe.lost", "0");
    }

    @Test
    void observePrintsLinesOfTheShapesThatThePageShows() throws Exception {
        assertThat(ScreensPage.shapes(observed))
                .containsAll(ScreensPage.shapes(ScreensPage.read().observed()));
    }

    @Test
    void topPrintsTheColumnsThatThePageShows() throws Exception {
        List<String> shown = ScreensPage.read().top();
        assertThat(ScreensPage.headings(top)).isEqualTo(ScreensPage.headings(shown));
        assertThat(ScreensPage.shapes(top)).containsAll(ScreensPage.shapes(shown));
    }

    /** Each packet that comes in goes to one target and comes back. */
    @Test
    void ratesOfTargetsAndOfEndpointsAddUpToThePacketsThatComeIn() {
        double in = Double.parseDouble(top.getFirst().replaceAll(".*packets in ([0-9]+)/s.*", "$1"));
        assertThat(in).isPositive();
        assertThat(sum("firewalls/", 4)).as("sent to targets").isBetween(0.75 * in, 1.25 * in);
        assertThat(sum("firewalls/", 5)).as("returned by targets").isBetween(0.75 * in, 1.25 * in);
        assertThat(sum("vpce-", 2)).as("of endpoints, both ways").isBetween(0.75 * in, 1.25 * in);
    }

    private static double sum(String rows, int column) {
        return top.stream()
                .filter(line -> line.startsWith(rows))
                .mapToDouble(line -> Double.parseDouble(line.split(" +")[column]))
                .sum();
    }

    @Test
    void everyTargetAndEndpointHasItsTraffic() {
        assertThat(top.stream().filter(line -> line.startsWith("firewalls/")))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line.split(" +")[4]).as(line).isNotEqualTo("0"));
        assertThat(top.stream().filter(line -> line.startsWith("vpce-")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.split(" +")[2]).as(line).isNotEqualTo("0"));
    }
}
