// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.InnerAddress;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowEvents;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Makes events of what messages and snapshots say. */
public final class Events {

    private Events() {}

    /** What became of a flow. Its sides are those of the key: who spoke first is not known where records are kept. */
    public static Event flow(FlowEvents.Event told) {
        FlowKey key = told.key();
        long traits = key.word(FlowKey.TRAITS_WORD);
        int version = FlowKey.ipVersion(traits);
        String reason = told.change() == FlowEvents.Change.CLOSED ? told.end().text() : "";
        JsonObject fields = new JsonObject()
                .put("type", told.change().text())
                .put("node", told.ingress().value())
                .put("endpoint", key.endpoint().toString())
                .put("protocol", FlowKey.protocol(traits))
                .put("lower", InnerAddress.text(version, key.word(1), key.word(2)))
                .put("lower-port", FlowKey.lowerPort(traits))
                .put("upper", InnerAddress.text(version, key.word(3), key.word(4)))
                .put("upper-port", FlowKey.upperPort(traits))
                .put("target", told.target().id().value())
                .put("target-group", told.target().group().name())
                .put("cookie", FlowCookie.text(told.cookie()));
        if (!reason.isEmpty()) {
            fields.put("reason", reason);
        }
        return Event.of(
                Event.Kind.FLOW,
                told.atMs(),
                key.endpoint().toString(),
                told.target().group().name(),
                told.target().id().value(),
                reason,
                fields);
    }

    /** Packets that a node dropped within the last second or so. */
    public static Event drop(long atMs, NodeId node, String reason, long packets) {
        return Event.of(
                Event.Kind.DROP,
                atMs,
                "",
                "",
                "",
                reason,
                new JsonObject().put("node", node.value()).put("reason", reason).put("packets", packets));
    }

    /** The configuration has another revision. */
    public static Event revision(long atMs, ConfigRevision revision) {
        return Event.of(
                Event.Kind.REVISION,
                atMs,
                "",
                "",
                "",
                "",
                new JsonObject()
                        .put("revision", revision.number())
                        .put("node", revision.author().value()));
    }

    /** Targets whose health differs between two snapshots; one that is new or gone is none of these. */
    public static List<Event> health(long atMs, TargetSetSnapshot before, TargetSetSnapshot after) {
        List<Event> events = new ArrayList<>();
        for (int index = 0; index < after.targetCount(); index++) {
            TargetRef ref = after.targetRef(index);
            int known = before.indexOf(ref);
            TargetHealth now = after.healthOf(index);
            if (known >= 0 && before.healthOf(known).state() != now.state()) {
                events.add(health(atMs, before.healthOf(known), now));
            }
        }
        return events;
    }

    private static Event health(long atMs, TargetHealth before, TargetHealth now) {
        JsonObject fields = new JsonObject()
                .put("target", now.target().id().value())
                .put("target-group", now.target().group().name())
                .put("zone", now.probedFrom().name())
                .put("from", before.state().text())
                .put("state", now.state().text());
        if (!now.reason().code().isEmpty()) {
            fields.put("reason", now.reason().code());
        }
        return Event.of(
                Event.Kind.HEALTH,
                atMs,
                "",
                now.target().group().name(),
                now.target().id().value(),
                now.reason().code(),
                fields);
    }
}
