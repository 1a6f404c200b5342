// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * So many lines a minute of each logger of a library and each class of what was thrown, and no more: libraries write a line,
 * often with a stack trace, for each connection that says something senseless, and whoever reaches their port could fill a
 * disk with them. By class, so that a flood of one kind does not hide the other kinds that the same logger tells of.
 *
 * <p>The first line that is left out is told, and with the first one that is written again how many were. Lines of a level
 * that is off do not count, nor do those of the fluent interface, which the libraries do not use and this class itself does.
 * Settings: {@code of}, the beginning of loggers' names, any number of times; {@code perMinute}.
 *
 * <p><b>Threading</b>: any, after it was set up.
 */
public final class LogRation extends TurboFilter {

    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clockNs;
    private final List<String> prefixes = new ArrayList<>();
    private final Map<String, Minute> minutes = new ConcurrentHashMap<>();
    private int perMinute = 1;

    /** One that has no logger to ration yet. */
    public LogRation() {
        this(System::nanoTime);
    }

    LogRation(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** Rations loggers whose names begin so, each by itself. */
    public void addOf(String prefix) {
        prefixes.add(prefix);
    }

    /** Sets how many lines of a logger are written in a minute. */
    public void setPerMinute(int lines) {
        if (lines < 1) {
            throw new IllegalArgumentException("perMinute " + lines + ": expected 1 or more");
        }
        perMinute = lines;
    }

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        // without a message somebody only asks whether the level is on
        if ((format == null && thrown == null)
                || !level.isGreaterOrEqual(logger.getEffectiveLevel())
                || !isRationed(logger.getName())) {
            return FilterReply.NEUTRAL;
        }
        String source = thrown == null
                ? logger.getName()
                : logger.getName() + " of " + thrown.getClass().getName();
        Minute minute = minutes.computeIfAbsent(source, name -> new Minute(clockNs.getAsLong()));
        return minute.takes(source) ? FilterReply.NEUTRAL : FilterReply.DENY;
    }

    /** Of the log that is rationed, which need not be the process's. */
    private org.slf4j.Logger log() {
        return ((LoggerContext) getContext()).getLogger(LogRation.class);
    }

    private boolean isRationed(String logger) {
        for (String prefix : prefixes) {
            if (logger.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** What one logger has written of its ration. */
    private final class Minute {
        private long startNs;
        private int lines;

        private Minute(long startNs) {
            this.startNs = startNs;
        }

        private synchronized boolean takes(String source) {
            long nowNs = clockNs.getAsLong();
            if (nowNs - startNs >= MINUTE_NS) {
                if (lines > perMinute) {
                    log().atWarn()
                            .addKeyValue("event", "log_lines_left_out")
                            .addKeyValue("source", source)
                            .addKeyValue("lines", lines - perMinute)
                            .log("lines of this source were not written");
                }
                startNs = nowNs;
                lines = 0;
            }
            lines++;
            if (lines == perMinute + 1) {
                log().atWarn()
                        .addKeyValue("event", "log_rationed")
                        .addKeyValue("source", source)
                        .log("no more lines of this source until a minute has passed since the first of {}", perMinute);
            }
            return lines <= perMinute;
        }
    }
}
