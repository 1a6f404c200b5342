// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.probing.GroupVerdicts;
import io.sluice.model.probing.HealthView;
import io.sluice.model.probing.Prober;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one prober makes of all that the others say: which targets fall to it, and what is known of those.
 *
 * <p>It sees what everybody sees ({@link HealthView}) and takes itself in as one who has no verdict on anything: so what it
 * learns of a target is what the others know.
 *
 * <p><b>Threading</b>: confined to one event loop. Times are milliseconds of the prober's own clock.
 */
final class ProberSeats {

    /** How often it says to itself that it is there: well before it would take itself for gone. */
    private static final long PRESENT_EVERY_MS = 1_000;

    private final Prober self;
    private HealthView view;
    private List<TargetHealth> able = List.of();
    private long presences;
    private long presentAtMs;
    private Set<NodeId> live = Set.of();
    private long nowMs;
    private final Map<TargetGroupId, GroupVerdicts> verdicts = new HashMap<>();

    /**
     * @param self the prober
     * @param probers how many are to probe a target from a zone
     */
    ProberSeats(Prober self, int probers) {
        this.self = self;
        this.view = HealthView.empty(probers, self.node());
    }

    /** Takes what this prober is able to probe; none of it is a verdict. */
    void able(List<TargetHealth> targets, long atMs) {
        able = List.copyOf(targets);
        present(atMs);
        look(atMs);
    }

    /**
     * Takes what another prober says; its own reports come back to it and are no news.
     *
     * @return whether assignments or what is known may be others than before
     */
    boolean accept(HealthChanged report, long atMs) {
        if (report.source().equals(self.node())) {
            return false;
        }
        HealthView before = view;
        view = before.with(report, atMs);
        boolean news = view != before && !view.saysTheSameAs(before);
        if (news) {
            look(atMs);
        }
        return advance(atMs) || news;
    }

    /** Takes the time; answers whether a prober has gone or come back meanwhile. */
    boolean advance(long atMs) {
        if (atMs - presentAtMs >= PRESENT_EVERY_MS) {
            present(atMs);
        }
        Set<NodeId> now = view.liveSources(atMs);
        if (now.equals(live)) {
            return false;
        }
        look(atMs);
        return true;
    }

    private void present(long atMs) {
        presentAtMs = atMs;
        view = view.with(new HealthChanged(self.node(), self.bootId(), ++presences, able), atMs);
    }

    private void look(long atMs) {
        nowMs = atMs;
        live = view.liveSources(atMs);
        verdicts.clear();
    }

    /** Whether a report is of a prober that has not been heard in this boot. */
    boolean isNew(HealthChanged report) {
        return !report.leaving()
                && !report.source().equals(self.node())
                && !view.knows(new Prober(report.source(), report.bootId()));
    }

    /** Whether a target falls to this prober. */
    boolean isMine(ProbeKey key) {
        return of(key).isAssigned(self, key.target(), key.zone());
    }

    /** Whether all others that a target falls to have found themselves, since their last start, how it is. */
    boolean othersHaveVerdicts(ProbeKey key) {
        return of(key).haveVerdicts(self, key.target(), key.zone());
    }

    /**
     * What the others know of a target: healthy, unhealthy, or initial where nobody has a verdict.
     *
     * @param withInherited whether what they took over themselves counts
     */
    TargetHealth known(ProbeKey key, boolean withInherited) {
        return of(key).health(key.target(), key.zone(), withInherited);
    }

    private GroupVerdicts of(ProbeKey key) {
        TargetGroupId group = key.target().group();
        @Nullable GroupVerdicts found = verdicts.get(group);
        if (found == null) {
            found = view.verdicts(group, nowMs);
            verdicts.put(group, found);
        }
        return found;
    }
}
