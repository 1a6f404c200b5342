// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private static final Workload WORKLOAD = Workload.parse("64-10k-4t-returns");

    @Test
    void comparesRatesWhereBothWereBusy() {
        Cell gateway = cell(Row.GATEWAY_IO_URING, 0, sample(90_000, 0.99), sample(85_000, 0.98), sample(70_000, 0.97));
        Cell reference = cell(Row.C_MMSG, 0, sample(100_000, 1.0), sample(100_000, 1.0), sample(100_000, 1.0));
        assertThat(gateway.ratioTo(reference).median()).isEqualTo(0.85, within(0.001));
        assertThat(gateway.byCpuTime(reference)).isFalse();
        assertThat(Table.of(List.of(reference, gateway))).contains("70.0-90.0").contains(" 0.85 (0.70-0.90) ");
    }

    @Test
    void comparesRoundByRoundWhereTheMachineChangesItsSpeed() {
        Cell gateway = cell(Row.GATEWAY_IO_URING, 0, sample(140_000, 1.0), sample(80_000, 1.0), sample(150_000, 1.0));
        Cell reference = cell(Row.C_MMSG, 0, sample(100_000, 1.0), sample(100_000, 1.0), sample(200_000, 1.0));
        assertThat(gateway.ratioTo(reference)).isEqualTo(new Spread(0.8, 0.75, 1.4));
    }

    @Test
    void comparesCpuTimeWhereOneWaited() {
        // half the time for the same packets: 5 µs each against 10 µs
        Cell gateway = cell(Row.GATEWAY_IO_URING, 0, sample(100_000, 0.5));
        Cell reference = cell(Row.C_MMSG, 0, sample(100_000, 1.0));
        assertThat(gateway.ratioTo(reference).median()).isEqualTo(2.0, within(0.001));
        assertThat(Table.of(List.of(reference, gateway))).contains("0.50*").contains("2.00*");
    }

    @Test
    void comparesOnlyWhatHasTheSamePath() {
        Cell loopback = cell(Row.GATEWAY_IO_URING, 0, sample(120_000, 1.0));
        Cell veth = cell(Row.GATEWAY_IO_URING_VETH, 0, sample(110_000, 1.0));
        Cell openVSwitch = cell(Row.OVS_USERSPACE, 0, sample(44_000, 1.0));
        assertThat(Table.of(List.of(loopback, openVSwitch))).doesNotContain("2.73");
        assertThat(Table.of(List.of(veth, openVSwitch))).contains(" 2.50 ");
    }

    @Test
    void marksWhatTheGeneratorLimited() {
        JsonObject bound = sample(100_000, 0.5).put("searchGeneratorBound", true);
        bound.put("halfRateKeptPace", false);
        Cell cell = cell(Row.C_MMSG, 0, bound);
        assertThat(Table.of(List.of(cell))).contains(" ≥ 90.0 |").doesNotContain(" 2 |");
        assertThat(cell.latencyUs("p99").median()).isNaN();
        // a round that kept pace has times, a round that did not makes the rate a lower bound
        Cell mixed = cell(Row.C_MMSG, 0, sample(100_000, 0.5), bound);
        assertThat(Table.of(List.of(mixed))).contains(" ≥ 90.0 |");
        assertThat(mixed.latencyUs("p99").median()).isEqualTo(2);
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, sample(100_000, 0.5))))).doesNotContain("≥");
    }

    @Test
    void saysWhereTimesAreTheGeneratorsOwn() {
        JsonObject late = sample(100_000, 0.5).put("sentLateNs", new JsonObject().put("p99", 1500L));
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, late)))).contains("p99 of being sent 2 µs");
        late.put("sentLateNs", new JsonObject().put("p99", 500L));
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, late)))).doesNotContain("being sent");
    }

    @Test
    void busyIsOfWhatTheHostLeft() {
        JsonObject sample = sample(100_000, 0.8);
        sample.getJsonObject("closed").put("coreStolenNs", 190_000_000L).put("coreBusyNs", 810_000_000L);
        Cell cell = cell(Row.C_MMSG, 0, sample);
        assertThat(cell.busy().median()).isEqualTo(0.8 / 0.81, within(0.001));
        assertThat(cell.disturbed().median()).isEqualTo(0.01 / 0.81, within(0.001));
        assertThat(cell.generatorBound()).isFalse();
        assertThat(Table.of(List.of(cell))).contains(" 0.99 ").contains("19 % stolen");
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, sample(100_000, 0.8)))))
                .contains("0.80*")
                .doesNotContain("stolen");
    }

    @Test
    void saysWhatTheBusiestThreadTookForNewFlows() {
        Cell cell = new Cell(
                new Pair(Workload.newFlows(32), Row.GATEWAY_IO_URING), List.of(new Sample(sample(100_000, 0.99))));
        assertThat(Table.of(List.of(cell))).contains("busiest thread 9000 ns/flow");
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, sample(1_000, 1.0))))).doesNotContain("busiest");
    }

    @Test
    void saysWhatWentWrong() {
        Cell wrong = cell(Row.C_MMSG, 3, sample(1_000, 1.0));
        assertThat(wrong.wrong()).isEqualTo(3);
        assertThat(Table.of(List.of(wrong))).contains("3 WRONG").doesNotContain("late", "refused");
        JsonObject sample = sample(1_000, 1.0);
        sample.getJsonObject("checked").put("late", 4L).put("refused", 5L);
        assertThat(Table.of(List.of(cell(Row.C_MMSG, 0, sample)))).contains("4 late, 5 refused");
    }

    private static Cell cell(Row row, long wrongBytes, JsonObject... samples) {
        samples[0].getJsonObject("checked").put("wrongBytes", wrongBytes);
        return new Cell(
                new Pair(WORKLOAD, row),
                List.of(samples).stream().map(Sample::new).toList());
    }

    /** Of one second. */
    private static JsonObject sample(double ratePerS, double busy) {
        return new JsonObject()
                .put(
                        "closed",
                        new JsonObject()
                                .put("ratePerS", ratePerS)
                                .put("spanNs", 1_000_000_000L)
                                .put("cpuNs", (long) (busy * 1e9))
                                .put("busiestThreadNs", 900_000_000L)
                                .put("softirqNs", 0L)
                                .put("coreBusyNs", 1_000_000_000L)
                                .put("coreStolenNs", 0L)
                                .put("doneInTime", (long) ratePerS))
                .put("lossFreeRatePerS", ratePerS * 0.9)
                .put("halfRateKeptPace", true)
                .put(
                        "latencyNs",
                        new JsonObject().put("p50", 1000L).put("p99", 2000L).put("p999", 3000L))
                .put(
                        "checked",
                        new JsonObject()
                                .put("wrongHeader", 0L)
                                .put("wrongSize", 0L)
                                .put("wrongBytes", 0L)
                                .put("duplicated", 0L)
                                .put("changed", 0L)
                                .put("reordered", 0L)
                                .put("late", 0L)
                                .put("refused", 0L));
    }
}
