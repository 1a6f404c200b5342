// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventQueueTest {

    private final EventQueue queue = new EventQueue(3, () -> 0);

    private static Event event(int number) {
        return Event.of(Event.Kind.DROP, 0, "", "", "", "", new JsonObject().put("packets", number));
    }

    private List<String> taken() {
        List<String> taken = new ArrayList<>();
        for (Optional<Event> next = queue.take(); next.isPresent(); next = queue.take()) {
            JsonObject line = new JsonObject(next.get().line());
            taken.add(line.containsKey("events") ? "lost " + line.getLong("events") : "" + line.getInteger("packets"));
        }
        return taken;
    }

    @Test
    void givesEventsInTheirOrder() {
        queue.put(event(1));
        queue.put(event(2));
        assertThat(taken()).containsExactly("1", "2");
        assertThat(taken()).isEmpty();
    }

    @Test
    void losesTheNewestAtTheLimitAndSaysHowManyAfterTheOthers() {
        for (int number = 1; number <= 10; number++) {
            queue.put(event(number));
        }
        assertThat(taken()).containsExactly("1", "2", "3", "lost 7");
        assertThat(taken()).isEmpty();
    }

    @Test
    void saysHowManyWereLostWhereTheyWere() {
        for (int number = 1; number <= 5; number++) {
            queue.put(event(number));
        }
        assertThat(queue.take()).isPresent();
        assertThat(queue.take()).isPresent();
        queue.put(event(6));
        assertThat(taken()).containsExactly("3", "lost 2", "6");
    }

    @Test
    void theCountOfWhatWasLostDoesNotGoOverTheLimit() {
        for (int number = 1; number <= 4; number++) {
            queue.put(event(number));
        }
        assertThat(queue.take()).isPresent();
        queue.put(event(5));
        assertThat(taken()).containsExactly("2", "3", "lost 2");
    }

    @Test
    void addsWhatWasLostBefore() {
        queue.lost(40);
        queue.put(event(1));
        assertThat(taken()).containsExactly("lost 40", "1");
    }
}
