// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.LeaseDesk;
import io.sluice.api.ResourceFragments;
import io.sluice.api.core.Leases;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.GroupVerdicts;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Targets of one group with their health: registered ones, and in a model in force those that drain too.
 *
 * @param fragments reads and writes them
 * @param group the name of their group
 * @param leases of those that registered themselves
 */
public record Targets(ResourceFragments fragments, String group, LeaseDesk leases) implements ResourceKind<Target> {

    @Override
    public String kind() {
        return "target";
    }

    @Override
    public String plural() {
        return "targets";
    }

    @Override
    public String nameKey() {
        return "id";
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of("target-group", "health", "state", "lease", ETAG);
    }

    @Override
    public Target read(byte[] fragment) throws InvalidDocument {
        return fragments.target(fragment);
    }

    @Override
    public Map<String, Object> write(Target element) {
        return fragments.write(element);
    }

    @Override
    public String name(Target element) {
        return element.id().value();
    }

    @Override
    public boolean isBodyOptional() {
        return true;
    }

    @Override
    public String nameInModel(String name) {
        return group + "/" + name;
    }

    @Override
    public List<Target> all(GatewayModel model) throws Refusal {
        return model.targetGroup(new TargetGroupId(group))
                .map(TargetGroup::targets)
                .orElseThrow(() -> Refusal.absent("target-group", group));
    }

    @Override
    public GatewayModel with(GatewayModel model, List<Target> elements) {
        return new TargetGroups(fragments)
                .with(
                        model,
                        model.targetGroups().stream()
                                .map(known -> known.id().name().equals(group) ? known.withTargets(elements) : known)
                                .toList());
    }

    @Override
    public void show(Target element, View view, Map<String, Object> shown) {
        shown.put("target-group", group);
        leases.of(new Leases.Holder(new TargetGroupId(group), element.id()))
                .ifPresent(lease -> shown.put(
                        "lease",
                        Map.of(
                                "duration",
                                duration(lease.durationMs()),
                                "expires",
                                Instant.ofEpochMilli(lease.endsAtMs()).toString())));
        view.health().of(new TargetGroupId(group), element.id()).ifPresent(health -> {
            shown.put("state", health.state().text());
            Map<String, Object> tree = tree(health);
            List<Map<String, Object>> probers = view.health().probersOf(new TargetGroupId(group), element.id()).stream()
                    .map(Targets::tree)
                    .toList();
            if (!probers.isEmpty()) {
                tree.put("probers", probers);
            }
            shown.put("health", tree);
        });
    }

    /** As the document writes durations. */
    private static String duration(long ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }

    private static Map<String, Object> tree(GroupVerdicts.Word word) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("node", word.source().value());
        tree.put("state", word.health().state().text());
        if (!word.health().reason().code().isEmpty()) {
            tree.put("reason", word.health().reason().code());
        }
        return tree;
    }

    private static Map<String, Object> tree(TargetHealth health) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("state", health.state().text());
        if (!health.reason().code().isEmpty()) {
            tree.put("reason", health.reason().code());
            tree.put("description", health.reason().description());
        }
        if (health.sinceMs() > 0) {
            tree.put("since", Instant.ofEpochMilli(health.sinceMs()).toString());
        }
        return tree;
    }

    @Override
    public boolean isIn(Target element, Zone zone, View view) {
        return element.zone().equals(zone);
    }

    @Override
    public String state(Target element, View view) {
        return view.health()
                .of(new TargetGroupId(group), element.id())
                .map(health -> health.state().text())
                .orElse("");
    }
}
