// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDesk;
import io.sluice.api.core.ConfigChange;
import io.sluice.api.resource.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a change of the configuration is answered with: its revision and what it changes. */
final class ChangesJson {

    private ChangesJson() {}

    /**
     * What the desk did, or would do.
     *
     * @throws Refusal where it did not
     */
    static ConfigDesk.Done done(ConfigDesk.Outcome outcome) throws Refusal {
        return switch (outcome) {
            case ConfigDesk.Done done -> done;
            case ConfigDesk.Protected kept -> throw Refusal.of(kept);
            case ConfigDesk.Outdated(long revision) -> throw Refusal.stale(revision);
        };
    }

    /**
     * Answers a document that was put in force, or planned, as a whole.
     *
     * @param publisher publishes the revision; not run for a plan
     * @throws Refusal where the desk did nothing
     */
    static Reply reply(ConfigDesk.Outcome outcome, boolean dryRun, Runnable publisher) throws Refusal {
        ConfigDesk.Done done = done(outcome);
        if (!dryRun) {
            publisher.run();
        }
        return Reply.of(200, ConfigRoute.etag(done.revision()), of(done));
    }

    static Map<String, Object> of(ConfigDesk.Done done) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("revision", done.revision());
        tree.put("changes", list(done.changes()));
        return tree;
    }

    static List<Map<String, Object>> list(List<ConfigChange> changes) {
        return changes.stream().map(ChangesJson::of).toList();
    }

    private static Map<String, Object> of(ConfigChange change) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("action", change.action().text());
        tree.put("kind", change.kind());
        tree.put("id", change.id());
        tree.put("field", change.field());
        tree.put("from", change.from());
        tree.put("to", change.to());
        return tree;
    }
}
