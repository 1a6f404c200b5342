// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.MDC;

/** The log as {@code logback.xml} makes it, of the very file. */
class LogRationTest {

    private static final String LIBRARY = "com.hazelcast.internal.server.tcp.TcpServerConnection";
    private static final int PER_MINUTE = 20;

    private interface Writer {
        void write(LoggerContext loggers);
    }

    /** What a node with this log writes to stderr. */
    private static List<String> written(Writer writer) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LoggerContext loggers = new LoggerContext();
        loggers.setMDCAdapter(MDC.getMDCAdapter());
        try (PrintStream stderr = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setErr(stderr);
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(loggers);
            configurator.doConfigure(LogRation.class.getResource("/logback.xml"));
            writer.write(loggers);
        } finally {
            System.setErr(before);
            loggers.stop();
        }
        assertThat(loggers.getStatusManager().getCopyOfStatusList())
                .as("complaints about logback.xml")
                .allMatch(status -> status.getEffectiveLevel() == 0);
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aLibrarysLoggerWritesItsRationAndNoMore() throws Exception {
        List<String> lines = written(loggers -> {
            for (int line = 0; line < 10 * PER_MINUTE; line++) {
                loggers.getLogger(LIBRARY).warn("senseless {}", line);
                loggers.getLogger(LIBRARY).info("a level that is off");
            }
            loggers.getLogger("com.hazelcast.other").warn("another one's ration");
        });

        assertThat(lines).filteredOn(line -> line.contains("senseless ")).hasSize(PER_MINUTE);
        assertThat(lines)
                .filteredOn(line -> line.contains("event=log_rationed"))
                .singleElement()
                .asString()
                .contains("source=" + LIBRARY);
        assertThat(lines)
                .filteredOn(line -> line.contains("another one's ration"))
                .hasSize(1);
    }

    /** One logger tells of all exceptions that nobody caught, ours too. */
    @Test
    void aFloodOfOneKindDoesNotHideAnother() throws Exception {
        List<String> lines = written(loggers -> {
            Logger context = loggers.getLogger("io.vertx.core.impl.ContextImpl");
            for (int line = 0; line < 3 * PER_MINUTE; line++) {
                context.error("Unhandled exception", new IndexOutOfBoundsException("a stranger's"));
            }
            context.error("Unhandled exception", new IllegalStateException("ours"));
        });

        assertThat(lines)
                .filteredOn(line -> line.endsWith("IndexOutOfBoundsException: a stranger's"))
                .hasSize(PER_MINUTE);
        assertThat(lines)
                .filteredOn(line -> line.endsWith("IllegalStateException: ours"))
                .hasSize(1);
    }

    @Test
    void aMessageHasAnEnd() throws Exception {
        assertThat(written(loggers -> loggers.getLogger(LIBRARY).warn("x".repeat(100_000))))
                .singleElement()
                .asString()
                .hasSizeBetween(4_000, 4_100);
    }

    @Test
    void whatIsOursIsNotRationed() throws Exception {
        List<String> lines = written(loggers -> {
            for (int line = 0; line < 3 * PER_MINUTE; line++) {
                loggers.getLogger("io.sluice.node.Main").warn("of ours");
            }
        });

        assertThat(lines).hasSize(3 * PER_MINUTE);
    }

    @Test
    void aNewMinuteIsANewRation() {
        AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 1);
        LogRation ration = new LogRation(nowNs::get);
        ration.addOf("com.");
        ration.setPerMinute(2);
        LoggerContext loggers = new LoggerContext();
        loggers.setMDCAdapter(MDC.getMDCAdapter());
        ration.setContext(loggers);
        loggers.addTurboFilter(ration);
        ch.qos.logback.classic.Logger logger = loggers.getLogger("com.example");
        ListAppender<ILoggingEvent> written = new ListAppender<>();
        written.start();
        loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(written);

        for (int step = 0; step < 9; step++) {
            logger.warn("line {}", step);
            nowNs.addAndGet(TimeUnit.SECONDS.toNanos(20));
        }

        assertThat(written.list)
                .filteredOn(line -> line.getLoggerName().equals("com.example"))
                .extracting(ILoggingEvent::getFormattedMessage)
                .as("two of each three, 20 s apart, by a clock that wraps")
                .containsExactly("line 0", "line 1", "line 3", "line 4", "line 6", "line 7");
        assertThat(written.list)
                .filteredOn(line -> !line.getLoggerName().equals("com.example"))
                .extracting(line -> line.getKeyValuePairs().toString())
                .as("the first that is left out of each minute, and how many were of the one before")
                .containsExactly(
                        "[event=\"log_rationed\", source=\"com.example\"]",
                        "[event=\"log_lines_left_out\", source=\"com.example\", lines=\"1\"]",
                        "[event=\"log_rationed\", source=\"com.example\"]",
                        "[event=\"log_lines_left_out\", source=\"com.example\", lines=\"1\"]",
                        "[event=\"log_rationed\", source=\"com.example\"]");
    }

    /** Text of a stranger's may be in a message or in what was thrown. */
    @Test
    void nobodyWritesALineOrSpeaksToATerminalThroughAMessage() throws Exception {
        List<String> lines = written(loggers -> {
            Logger logger = loggers.getLogger(LIBRARY);
            logger.atWarn()
                    .addKeyValue("key", "a\nb")
                    .setCause(new IllegalStateException(
                            "Unknown protocol: \u001b[2J\r\u009b\u202e\n2026 INFO  Main event=node_ready",
                            new IllegalArgumentException("the\ncause")))
                    .log("c\n2026 INFO  Main event=node_ready\u001b]0;x\u0007");
        });

        assertThat(lines.getFirst()).contains("a?b", "c?2026 INFO  Main event=node_ready?]0;x?");
        assertThat(lines.get(1)).endsWith("Unknown protocol: ?[2J????2026 INFO  Main event=node_ready");
        assertThat(lines.get(2)).startsWith("\tat ");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("Caused by: "))
                .singleElement()
                .asString()
                .endsWith("the?cause");
        assertThat(String.join("", lines).replace("\t", "").chars()).noneMatch(Character::isISOControl);
    }
}
