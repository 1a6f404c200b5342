// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.Printable;
import io.sluice.api.ProblemCode;
import io.sluice.api.resource.Refusal;
import io.sluice.api.trace.Pinned;
import io.sluice.api.trace.Tuple;
import io.sluice.api.trace.Verdict;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.Admission;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowState;
import io.sluice.model.flow.InnerAddress;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowFindRequest;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.selection.core.PickExplanation;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/trace}: which appliance a packet would go to now, and why. Asks the nodes what they remember of the flow,
 * then decides with the selection's own snapshot; nothing changes by the question.
 */
public final class TraceRoute implements AdminRoute {

    /** A score of 1 is -log2(u) of 1 at weight 1: the ranking's fixed point has that many bits behind the point. */
    private static final double SCORE_UNIT = 1L << 55;

    private final TypedBus bus;
    private final ClusterView cluster;
    private final LongSupplier wallClockMs;

    /**
     * @param bus asks ingresses and authorities
     * @param cluster knows them, and has the snapshot
     * @param wallClockMs milliseconds since 1970
     */
    public TraceRoute(TypedBus bus, ClusterView cluster, LongSupplier wallClockMs) {
        this.bus = bus;
        this.cluster = cluster;
        this.wallClockMs = wallClockMs;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("trace", this::trace);
    }

    private record Question(
            Endpoint endpoint, Tuple tuple, FlowKey key, ConfigRevision revision, TargetSetSnapshot snapshot) {

        Stickiness stickiness() {
            return snapshot.stickiness(snapshot.endpointIndex(endpoint.id().value()));
        }
    }

    private void trace(RoutingContext context) {
        // another zone makes a snapshot of its own, which takes long
        context.vertx()
                .executeBlocking(() -> question(context), false)
                .map(Objects::requireNonNull)
                .onComplete(question -> ask(context, question), failure -> Work.fail(context, failure));
    }

    private void ask(RoutingContext context, Question question) {
        FlowFindRequest flow = new FlowFindRequest(question.key());
        var entries = Gathered.from(cluster.ingressNodes(), bus, BusAddresses.FLOW_FIND, flow);
        var records = Gathered.from(cluster.authorityNodes(), bus, BusAddresses.FLOW_RECORD, flow);
        Future.all(entries, records)
                .map(both -> body(question, entries.result(), records.result()))
                .onComplete(context::json, context::fail);
    }

    private Question question(RoutingContext context) throws Refusal {
        EndpointId id = endpointId(context);
        ConfigRevision revision = cluster.revision();
        Endpoint endpoint = revision.model().endpoints().stream()
                .filter(known -> known.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Refusal.absent("endpoint", id.toString()));
        TargetSetSnapshot snapshot = cluster.snapshot();
        String zone = QueryValues.text(context, "zone").orElse(endpoint.zone().name());
        if (!zone.equals(endpoint.zone().name())) {
            endpoint = inZone(revision.model(), endpoint, zone);
            snapshot = supposing(revision, endpoint);
        }
        int index = snapshot.endpointIndex(id.value());
        if (index < 0) {
            throw Refusal.absent("endpoint", id.toString()); // it went between the two readings
        }
        Tuple tuple = tuple(context);
        return new Question(endpoint, tuple, tuple.key(id.value(), snapshot.stickiness(index)), revision, snapshot);
    }

    private static EndpointId endpointId(RoutingContext context) throws Refusal {
        String text = QueryValues.text(context, "endpoint").orElse("");
        try {
            return EndpointId.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw invalid("endpoint", wrong.getMessage());
        }
    }

    /** The endpoint as if it were in another zone. */
    private static Endpoint inZone(GatewayModel model, Endpoint endpoint, String name) throws Refusal {
        Zone zone = model.zones().stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> invalid(
                        "zone",
                        "there is no zone " + name + ": expected one of "
                                + String.join(
                                        ", ",
                                        model.zones().stream().map(Zone::name).toList())));
        var refusal = new EndpointPaths(model).zoneRefusal(endpoint.backing(), zone);
        if (refusal.isPresent()) {
            throw invalid("zone", refusal.get());
        }
        return new Endpoint(
                endpoint.id(),
                endpoint.vni(),
                zone,
                endpoint.backing(),
                endpoint.attachments(),
                endpoint.account(),
                endpoint.inner(),
                endpoint.flowQuota(),
                endpoint.ipAddressType(),
                endpoint.admission(),
                endpoint.tags());
    }

    private TargetSetSnapshot supposing(ConfigRevision revision, Endpoint moved) {
        GatewayModel model = revision.model();
        List<Endpoint> endpoints = model.endpoints().stream()
                .map(known -> known.id().equals(moved.id()) ? moved : known)
                .toList();
        return cluster.supposing(
                new ConfigRevision(revision.number(), revision.author(), model.withEndpoints(endpoints)));
    }

    private static Tuple tuple(RoutingContext context) throws Refusal {
        InetAddress source = address(context, "source");
        InetAddress destination = address(context, "destination");
        try {
            return new Tuple(
                    source,
                    QueryValues.integer(context, "source-port", 0),
                    destination,
                    QueryValues.integer(context, "destination-port", 0),
                    QueryValues.integer(context, "protocol", 6));
        } catch (IllegalArgumentException wrong) {
            throw invalid("destination", wrong.getMessage());
        }
    }

    private static InetAddress address(RoutingContext context, String parameter) throws Refusal {
        String text = QueryValues.text(context, parameter).orElse("");
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            if (text.indexOf('%') < 0) {
                return address;
            }
        } catch (IllegalArgumentException wrong) {
            throw notAnAddress(parameter, text);
        }
        throw notAnAddress(parameter, text);
    }

    private static Refusal notAnAddress(String parameter, String text) {
        return invalid(
                parameter, "'" + Printable.of(text) + "' is no address: expected for example 10.20.0.5 or 2001:db8::5");
    }

    private static Refusal invalid(String parameter, @Nullable String detail) {
        return Refusal.of(400, ProblemCode.INVALID_PARAMETER, parameter, String.valueOf(detail));
    }

    private JsonObject body(Question question, Gathered<FlowListReply> entries, Gathered<FlowOpenedBatch> records) {
        TargetSetSnapshot snapshot = question.snapshot();
        long endpointId = question.endpoint().id().value();
        long hash = Tuple.rankingHash(question.key());
        PickExplanation explanation = snapshot.explain(endpointId, hash);
        List<Pinned> remembered = new ArrayList<>();
        entries.answers().forEach(reply -> reply.flows().forEach(flow -> remembered.add(entry(reply, flow))));
        for (int i = 0; i < records.answers().size(); i++) {
            FlowOpenedBatch answer = records.answers().get(i);
            if (answer.outcomes()[0] >= 0) {
                remembered.add(new Pinned(
                        Pinned.Kind.RECORD,
                        records.nodes().get(i),
                        answer.targets().get(answer.outcomes()[0]),
                        answer.cookies()[0],
                        "live",
                        false,
                        false,
                        answer.createdAtMs()[0]));
            }
        }
        Verdict verdict =
                refused(question).orElseGet(() -> Verdict.of(snapshot, endpointId, explanation, hash, remembered));
        JsonArray flows = new JsonArray();
        remembered.forEach(pinned -> flows.add(flow(pinned)));
        return new JsonObject()
                .put("endpoint", question.endpoint().id().toString())
                .put("key", key(question, hash))
                .put("decision", decision(verdict, explanation, snapshot, endpointId))
                .put("flows", flows)
                .put("ranking", ranking(explanation, snapshot))
                .put("revision", question.revision().number())
                .put("snapshot", snapshot.identity())
                .put("nodes", names(union(entries.nodes(), records.nodes())))
                .put("missing", names(union(entries.missing(), records.missing())));
    }

    /** What keeps the packet out before any flow is looked for. */
    private static Optional<Verdict> refused(Question question) {
        EndpointPaths paths = new EndpointPaths(question.revision().model());
        Admission admission = paths.admission(question.endpoint());
        if (admission != Admission.ACCEPTED) {
            return Optional.of(Verdict.notAvailable(admission.endpointState()));
        }
        return question.tuple().ipVersion() == 6 && !paths.takesIpv6(question.endpoint())
                ? Optional.of(Verdict.notTaken())
                : Optional.empty();
    }

    private static <T> Set<T> union(List<T> first, List<T> second) {
        Set<T> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return all;
    }

    private static JsonArray names(Set<?> nodes) {
        JsonArray names = new JsonArray();
        nodes.forEach(node -> names.add(node.toString()));
        return names;
    }

    private Pinned entry(FlowListReply reply, FlowListReply.Flow flow) {
        return new Pinned(
                Pinned.Kind.ENTRY,
                reply.node(),
                flow.target(),
                flow.cookie(),
                flow.state().text(),
                flow.state() == FlowState.CLOSED,
                flow.provisional(),
                wallClockMs.getAsLong() - flow.ageMs());
    }

    private static JsonObject flow(Pinned pinned) {
        return new JsonObject()
                .put("kind", pinned.kind() == Pinned.Kind.ENTRY ? "entry" : "record")
                .put("node", pinned.node().value())
                .put("target", pinned.target().id().value())
                .put("target-group", pinned.target().group().name())
                .put("cookie", FlowCookie.text(pinned.cookie()))
                .put("state", pinned.state())
                .put("provisional", pinned.provisional())
                .put("since", Instant.ofEpochMilli(pinned.sinceMs()).toString());
    }

    private static JsonObject key(Question question, long hash) {
        long traits = question.key().word(FlowKey.TRAITS_WORD);
        int version = FlowKey.ipVersion(traits);
        return new JsonObject()
                .put("stickiness", question.stickiness().text())
                .put("protocol", FlowKey.protocol(traits))
                .put(
                        "lower",
                        InnerAddress.text(
                                version, question.key().word(1), question.key().word(2)))
                .put("lower-port", FlowKey.lowerPort(traits))
                .put(
                        "upper",
                        InnerAddress.text(
                                version, question.key().word(3), question.key().word(4)))
                .put("upper-port", FlowKey.upperPort(traits))
                .put("hash", "0x%016x".formatted(hash));
    }

    private static JsonObject decision(
            Verdict verdict, PickExplanation explanation, TargetSetSnapshot snapshot, long endpointId) {
        JsonObject decision = new JsonObject()
                .put("from", verdict.from().text())
                .put("row", verdict.row())
                .put("reason", verdict.reason())
                .put("load-balancer", explanation.loadBalancer().name())
                .put("zone", explanation.zone().name())
                .put("cross-zone", explanation.crossZone());
        TargetRef target = verdict.target();
        if (target == null) {
            return decision.put(
                    "target-group",
                    snapshot.groupOfEndpoint(snapshot.endpointIndex(endpointId))
                            .id()
                            .name());
        }
        return decision.put("target", target.id().value())
                .put("target-group", target.group().name());
    }

    private static JsonArray ranking(PickExplanation explanation, TargetSetSnapshot snapshot) {
        JsonArray ranking = new JsonArray();
        for (PickExplanation.Ranked ranked : explanation.ranking()) {
            JsonObject target = new JsonObject()
                    .put("target", snapshot.targetRef(ranked.targetIndex()).id().value())
                    .put("zone", snapshot.target(ranked.targetIndex()).zone().name())
                    .put("state", ranked.health().state().text())
                    .put("eligible", ranked.eligible())
                    .put("weight", ranked.weight());
            if (!ranked.health().reason().code().isEmpty()) {
                target.put("reason", ranked.health().reason().code());
            }
            if (ranked.eligible()) {
                target.put("effective-weight", ranked.effectiveWeight()).put("score", ranked.score() / SCORE_UNIT);
            } else {
                target.put("excluded", ranked.exclusion().text())
                        .put("why", ranked.exclusion().sentence());
            }
            ranking.add(target);
        }
        return ranking;
    }
}
