// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.health.HealthReason;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.TargetObserved;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What codecs say of the paths through targets, and which targets that makes unhealthy.
 *
 * <p>A codec tells all its verdicts each time, every second and at each change; one that has been silent for more than
 * {@value #GONE_AFTER_MS} ms is gone and its verdicts with it. A target is held unhealthy in a zone while more codecs
 * there say that its path fails, leaks or is silent than say that it passes: a tie is healthy, as it is among probers,
 * so a node with a broken interface cannot take the fleet down alone.
 *
 * <p>A silent path is the exception (see {@link State#SILENT}): it was found by traffic, and traffic goes elsewhere
 * once the target is unhealthy, so that nobody sees it any more is no recovery. The verdict stands, through a codec's
 * restart or end, until that codec says that the path passes, or, once it is gone, until any does. It also ends with
 * the registration, and when passive detection is turned off.
 *
 * <p>At most {@value #CODECS_MAX} codecs are kept; one more displaces the one that was heard longest ago.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class DataPathVerdicts {

    /** Codecs kept. */
    static final int CODECS_MAX = 64;

    /** Five reports missed. */
    static final long GONE_AFTER_MS = 5_000;

    private static final class Codec {
        final long bootId;
        final long heardAtMs;
        final Map<ProbeKey, State> verdicts;

        /** Found silent and not passed since, whatever else was said of them. */
        final Set<ProbeKey> silent;

        Codec(long bootId, long heardAtMs, Map<ProbeKey, State> verdicts, Set<ProbeKey> silent) {
            this.bootId = bootId;
            this.heardAtMs = heardAtMs;
            this.verdicts = verdicts;
            this.silent = silent;
        }

        boolean isLive(long nowMs) {
            return nowMs - heardAtMs <= GONE_AFTER_MS;
        }
    }

    private final Map<NodeId, Codec> codecs = new TreeMap<>();
    private Set<NodeId> live = Set.of();

    /**
     * Takes what a codec says, unless it is of an earlier boot than the one that still talks.
     *
     * @param detects whether a path is checked here and silence counts on it
     */
    void accept(TargetObserved message, Predicate<ProbeKey> detects, long nowMs) {
        @Nullable Codec known = codecs.get(message.node());
        if (known != null && message.bootId() < known.bootId && known.isLive(nowMs)) {
            return;
        }
        Map<ProbeKey, State> verdicts = new HashMap<>();
        Set<ProbeKey> silent = known == null ? new HashSet<>() : new HashSet<>(known.silent);
        for (DataPathVerdict verdict : message.verdicts()) {
            ProbeKey key = new ProbeKey(verdict.target(), verdict.seenFrom());
            verdicts.put(key, verdict.state());
            if (verdict.state() == State.SILENT) {
                silent.add(key);
            } else if (verdict.state() == State.PASSING) {
                silent.remove(key);
                codecs.values().stream()
                        .filter(codec -> !codec.isLive(nowMs))
                        .forEach(codec -> codec.silent.remove(key));
            }
        }
        silent.removeIf(key -> !detects.test(key));
        codecs.put(message.node(), new Codec(message.bootId(), nowMs, verdicts, silent));
        if (codecs.size() > CODECS_MAX) {
            codecs.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().heardAtMs))
                    .ifPresent(oldest -> codecs.remove(oldest.getKey()));
        }
    }

    /** Whether a codec has gone or come back since this was last asked: holds may differ from what they were. */
    boolean advance(long nowMs) {
        Set<NodeId> now = new TreeSet<>();
        codecs.forEach((node, codec) -> {
            if (codec.isLive(nowMs)) {
                now.add(node);
            }
        });
        boolean changed = !now.equals(live);
        live = now;
        return changed;
    }

    /** Forgets silence where it is not looked for any more, or where the target begins anew. */
    void keepSilence(Predicate<ProbeKey> where) {
        for (Codec codec : codecs.values()) {
            codec.silent.removeIf(key -> !where.test(key));
        }
    }

    /** Why a target is held unhealthy, or {@link HealthReason#NONE}. */
    HealthReason hold(ProbeKey key, long nowMs) {
        int passing = 0;
        int failing = 0;
        int leaking = 0;
        int silent = 0;
        for (Codec codec : codecs.values()) {
            @Nullable State state = codec.isLive(nowMs) ? codec.verdicts.get(key) : null;
            if (state == State.FAILING) {
                failing++;
            } else if (state == State.LEAKING) {
                leaking++;
            } else if (codec.silent.contains(key)) {
                silent++;
            } else if (state == State.PASSING) {
                passing++;
            }
        }
        if (failing + leaking + silent <= passing) {
            return HealthReason.NONE;
        }
        if (failing > 0) {
            return HealthReason.DATA_PATH_FAILED;
        }
        return leaking > 0 ? HealthReason.DATA_PATH_LEAKING : HealthReason.DATA_PATH_SILENT;
    }
}
