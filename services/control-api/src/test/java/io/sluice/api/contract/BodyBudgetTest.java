// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may send a body when, on a clock of the test. */
class BodyBudgetTest {

    private static final long ALL = 100;
    private static final long SHARE = 40;
    private static final long ARRIVE_MS = 7_000;

    private final List<Timer> timers = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final BodyBudget budget = new BodyBudget(ALL, SHARE, ARRIVE_MS, this::in);
    private long nowMs;

    private record Timer(long atMs, Runnable action) {}

    private Runnable in(long ms, Runnable action) {
        Timer timer = new Timer(nowMs + ms, action);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    private void pass(long ms) {
        long untilMs = nowMs + ms;
        while (nowMs < untilMs) {
            nowMs++;
            List.copyOf(timers).stream().filter(timer -> timer.atMs() <= nowMs).forEach(timer -> {
                timers.remove(timer);
                timer.action().run();
            });
        }
    }

    /** Says what it is told, by its client and its length. */
    private final class Told implements BodyBudget.Body {
        private final String client;
        private final long bytes;

        Told(String client, long bytes) {
            this.client = client;
            this.bytes = bytes;
        }

        private void say(String what) {
            said.add(what + " " + client + bytes);
        }

        @Override
        public String client() {
            return client;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void hold() {
            say("hold");
        }

        @Override
        public void read() {
            say("read");
        }

        @Override
        public void refuse() {
            say("refuse");
        }

        @Override
        public void late() {
            say("late");
        }
    }

    private Told ask(String client, long bytes) {
        Told body = new Told(client, bytes);
        budget.ask(body);
        return body;
    }

    @Test
    void aClientHasItsShareAndNoMore() {
        ask("a", 39);
        ask("a", 2);
        ask("b", 40);
        assertThat(said).containsExactly("read a39", "hold a2", "read b40");
        pass(BodyBudget.WAIT_MS);
        assertThat(said).endsWith("refuse a2");
    }

    @Test
    void whoWaitsForItsOwnShareKeepsNobodyElseWaiting() {
        Told first = ask("a", 40);
        ask("a", 1);
        ask("b", 40);
        ask("c", 20);
        budget.release(first);
        assertThat(said).containsExactly("read a40", "hold a1", "read b40", "read c20", "read a1");
    }

    @Test
    void whoWaitsForRoomOfAllIsNotPassedOver() {
        Told first = ask("a", 40);
        Told second = ask("b", 40);
        ask("c", 40);
        ask("d", 10);
        assertThat(said).containsExactly("read a40", "read b40", "hold c40", "hold d10");
        budget.release(first);
        assertThat(said).endsWith("read c40", "read d10");
        budget.release(second);
    }

    @Test
    void aBodyOfNothingNeedsNoRoom() {
        ask("a", 40);
        ask("b", 40);
        ask("c", 40);
        ask("a", 0);
        assertThat(said).endsWith("hold c40", "read a0");
    }

    @Test
    void aBodyThatDoesNotArriveIsLateAndItsRoomIsFreeWhenItIsAnswered() {
        Told slow = ask("a", 40);
        pass(ARRIVE_MS - 1_000);
        ask("a", 30);
        pass(999);
        assertThat(said).containsExactly("read a40", "hold a30");
        pass(1);
        assertThat(said).endsWith("late a40");
        budget.release(slow);
        assertThat(said).endsWith("read a30");
    }

    @Test
    void aBodyThatHasArrivedIsNeverLateHoweverLongItIsWorkedOn() {
        Told body = ask("a", 40);
        budget.arrived(body);
        pass(10 * ARRIVE_MS);
        assertThat(said).containsExactly("read a40");
        budget.release(body);
        assertThat(timers).isEmpty();
    }

    @Test
    void whoGoesWhileItWaitsLetsOthersIn() {
        ask("a", 40);
        ask("b", 40);
        Told gone = ask("c", 30);
        ask("d", 20);
        budget.gone(gone);
        assertThat(said).endsWith("hold c30", "hold d20", "read d20");
        pass(BodyBudget.WAIT_MS);
        assertThat(said).doesNotContain("refuse c30");
    }

    @Test
    void aClientDoesNotFillTheQueueEither() {
        ask("a", 40);
        for (int n = 0; n < BodyBudget.WAITING_OF_CLIENT_MAX; n++) {
            ask("a", 1);
        }
        assertThat(said).doesNotContain("refuse a1");
        ask("a", 1);
        assertThat(said).endsWith("refuse a1");
        ask("b", 40);
        assertThat(said).endsWith("read b40");
    }

    /** Whatever comes in whatever order: what was taken is given back. */
    @Test
    void nothingIsLeftOnceAllAreDone() {
        List<Told> read = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            read.add(ask("c" + n % 5, 20));
        }
        while (!read.isEmpty()) {
            Told body = read.removeFirst();
            if (said.contains("read " + body.client() + body.bytes())) {
                budget.release(body);
            } else {
                budget.gone(body);
            }
        }
        assertThat(timers).isEmpty();
        said.clear();
        ask("x", 40);
        ask("y", 40);
        ask("z", 20);
        assertThat(said).containsExactly("read x40", "read y40", "read z20");
    }
}
