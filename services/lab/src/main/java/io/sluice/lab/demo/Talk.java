// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.traffic.Conversation;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A flow of the second act: its conversation, and what is known of it from scene to scene.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Talk implements AutoCloseable {
    private final Site site;
    private final FlowName name;
    private final Conversation conversation;
    private final Set<Integer> cookies = new TreeSet<>();
    private String pinned = "";
    private boolean isNew = true;
    private boolean stalled;
    private boolean quiet;
    private boolean asked;

    Talk(Site site, FlowName name, Conversation conversation) {
        this.site = site;
        this.name = name;
        this.conversation = conversation;
    }

    Site site() {
        return site;
    }

    FlowName name() {
        return name;
    }

    /** The appliance that it was seen at last; empty before it has been seen. */
    String pinned() {
        return pinned;
    }

    /** Whether it says nothing for the time being. */
    boolean quiet() {
        return quiet;
    }

    void quiet(boolean saysNothing) {
        quiet = saysNothing;
    }

    /** Begins a scene. */
    void begin() {
        stalled = asked && !conversation.answered();
        asked = false;
    }

    void ask() {
        asked = true;
        conversation.ask();
    }

    Conversation conversation() {
        return conversation;
    }

    /** What became of it in this scene, by what the captures have of this scene. */
    TalkView view(Verdict verdict) {
        Optional<ObservedFlow> seen = verdict.flow(site.endpoint().id(), name);
        Set<String> appliances = new TreeSet<>();
        seen.ifPresent(flow -> {
            appliances.addAll(flow.appliancesForward());
            appliances.addAll(flow.appliancesReverse());
        });
        return new TalkView(
                site,
                name,
                isNew,
                pinned,
                stalled,
                asked,
                conversation.answered(),
                conversation.broken(),
                conversation.answeredBy(),
                appliances,
                seen.map(flow -> Set.copyOf(flow.cookies())).orElse(Set.of()),
                Set.copyOf(cookies));
    }

    /** Ends a scene: where it was seen is where it belongs now. */
    void end(TalkView view) {
        isNew = false;
        if (view.seenAt().size() == 1) {
            pinned = view.seenAt().iterator().next();
            cookies.clear();
            cookies.addAll(view.cookies());
        }
    }

    @Override
    public void close() {
        conversation.close();
    }
}
