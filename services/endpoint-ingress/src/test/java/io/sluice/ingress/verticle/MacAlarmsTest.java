// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MacAlarmsTest {

    private static final TargetRef TARGET = new TargetRef(new TargetGroupId("firewalls"), new TargetId("fw-a"), 1);

    private final MacAlarms alarms = new MacAlarms();
    private final Logger log = (Logger) LoggerFactory.getLogger(MacAlarms.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();

    @BeforeEach
    void listen() {
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(said);
    }

    private List<String> events() {
        return said.list.stream()
                .map(event -> event.getKeyValuePairs().getFirst().value.toString())
                .toList();
    }

    @Test
    void aFloodIsSaidOnceHoweverLongAndInHoweverManyShards() {
        for (long nowMs = 0; nowMs < 600_000; nowMs += 10_000) {
            alarms.exceeded(TARGET, nowMs);
            alarms.exceeded(TARGET, nowMs + 1);
            alarms.tick(nowMs + 2);
        }
        assertThat(alarms.raised()).isOne();
        assertThat(events()).containsExactly("return_macs_failed");
    }

    @Test
    void itsEndIsSaidOnceAfterAQuietMinute() {
        alarms.exceeded(TARGET, 0);
        alarms.tick(MacAlarms.QUIET_MS - 1);
        assertThat(alarms.raised()).isOne();
        alarms.tick(MacAlarms.QUIET_MS);
        alarms.tick(MacAlarms.QUIET_MS);
        assertThat(alarms.raised()).isZero();
        assertThat(events()).containsExactly("return_macs_failed", "return_macs_quiet");
    }
}
