// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import static io.sluice.cli.command.resource.Key.flag;
import static io.sluice.cli.command.resource.Key.list;
import static io.sluice.cli.command.resource.Key.number;
import static io.sluice.cli.command.resource.Key.tags;
import static io.sluice.cli.command.resource.Key.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.output.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Every resource of a gateway, and the verbs each has: those of its contract. */
public final class Resources {

    private static final List<String> NAMED = List.of("name-prefix", "zone", "tag");

    private static final Resource LOAD_BALANCER = new Resource(
            "load balancer",
            "NAME",
            "v1/load-balancers",
            "v1/load-balancers/{}",
            "load-balancers",
            "name",
            List.of(
                    Column.of("NAME", "/name"),
                    joined("ZONES", "zones"),
                    Column.of("CROSS-ZONE", "/cross-zone"),
                    Column.of("TARGET-GROUP", "/listener/target-group"),
                    Column.of("TCP-IDLE", "/listener/tcp-idle-timeout"),
                    Column.of("PROTECTED", "/deletion-protection"),
                    counted("ENDPOINTS", "endpoints")),
            List.of(
                    list("--zones", "zones", "Zones it is enabled in."),
                    flag("--cross-zone", "cross-zone", "Whether targets of every zone take traffic of every zone."),
                    text("--ip-address-type", "ip-address-type", "ipv4 or dualstack."),
                    flag("--deletion-protection", "deletion-protection", "Whether it cannot be deleted."),
                    text("--target-group", "listener/target-group", "Where its listener sends new flows."),
                    text(
                            "--tcp-idle-timeout",
                            "listener/tcp-idle-timeout",
                            "How long a silent TCP flow is kept: 350s."),
                    number("--mtu", "packets/mtu", "Largest packet inside, 576-8500."),
                    number("--mss-clamp", "packets/mss-clamp", "Largest MSS of TCP, 0 for as it is."),
                    flag("--pmtud", "packets/pmtud", "Whether packets that are too large are answered."),
                    tags()),
            NAMED);

    private static final Resource LISTENER = new Resource(
            "listener of load balancer",
            "LOAD-BALANCER",
            "",
            "v1/load-balancers/{}/listener",
            "",
            "",
            List.of(
                    Column.of("LOAD-BALANCER", "/load-balancer"),
                    Column.of("TARGET-GROUP", "/target-group"),
                    Column.of("TCP-IDLE", "/tcp-idle-timeout"),
                    Column.of("RESET-ON-IDLE", "/send-tcp-reset-on-idle-timeout")),
            List.of(
                    text("--target-group", "target-group", "Where new flows go; existing flows stay where they are."),
                    text("--tcp-idle-timeout", "tcp-idle-timeout", "How long a silent TCP flow is kept: 350s."),
                    flag(
                            "--send-tcp-reset-on-idle-timeout",
                            "send-tcp-reset-on-idle-timeout",
                            "Whether both ends are told.")),
            List.of());

    private static final Resource TARGET_GROUP = new Resource(
            "target group",
            "NAME",
            "v1/target-groups",
            "v1/target-groups/{}",
            "target-groups",
            "name",
            List.of(
                    Column.of("NAME", "/name"),
                    counted("TARGETS", "targets"),
                    Column.of("CHECK", "/health-check/protocol"),
                    Column.of("CHECK-PORT", "/health-check/port"),
                    Column.of("STICKINESS", "/stickiness"),
                    Column.of("FAILOVER", "/target-failover"),
                    Column.of("DELAY", "/deregistration-delay"),
                    Column.of("LOAD-BALANCER", "/load-balancer")),
            List.of(
                    text("--health-check-protocol", "health-check/protocol", "TCP, HTTP or HTTPS."),
                    number("--health-check-port", "health-check/port", "A port, or traffic-port."),
                    text("--health-check-path", "health-check/path", "Path of an HTTP check."),
                    text("--health-check-interval", "health-check/interval", "Time between checks: 10s."),
                    text("--health-check-timeout", "health-check/timeout", "Time that an answer may take: 5s."),
                    number("--healthy-threshold", "health-check/healthy-threshold", "Good checks in a row, 2-10."),
                    number("--unhealthy-threshold", "health-check/unhealthy-threshold", "Bad checks in a row, 2-10."),
                    text("--stickiness", "stickiness", "5-tuple, 3-tuple or 2-tuple."),
                    text("--target-failover", "target-failover", "no_rebalance or rebalance."),
                    text("--deregistration-delay", "deregistration-delay", "How long a target drains: 300s."),
                    text("--fail-open", "fail-open", "forward, drop or bypass, where no target is healthy."),
                    text("--slow-start", "slow-start", "How long a new target's share grows: 60s."),
                    flag("--reset-on-unhealthy", "send-tcp-reset/on-unhealthy", "Whether senders are told."),
                    flag("--reset-on-deregistration", "send-tcp-reset/on-deregistration", "Whether senders are told."),
                    tags()),
            NAMED);

    private static final Resource TARGET = new Resource(
            "target",
            "GROUP/TARGET",
            "v1/target-groups/{}/targets",
            "v1/target-groups/{}/targets/{}",
            "targets",
            "id",
            List.of(
                    Column.of("GROUP", "/target-group"),
                    Column.of("TARGET", "/id"),
                    Column.of("ZONE", "/zone"),
                    Column.of("PORT", "/port"),
                    Column.of("WEIGHT", "/weight"),
                    Column.of("STATE", "/state"),
                    Column.of("REASON", "/health/reason"),
                    Column.of("LEASE-ENDS", "/lease/expires")),
            List.of(
                    text("--zone", "zone", "Its zone."),
                    number("--weight", "weight", "Its share of new flows, 1-1000."),
                    number("--port", "port", "Its GENEVE port.")),
            List.of("name-prefix", "zone", "state"));

    private static final Resource ENDPOINT_SERVICE = new Resource(
            "endpoint service",
            "NAME",
            "v1/endpoint-services",
            "v1/endpoint-services/{}",
            "endpoint-services",
            "name",
            List.of(
                    Column.of("NAME", "/name"),
                    Column.of("STATE", "/state"),
                    joined("LOAD-BALANCERS", "load-balancers"),
                    Column.of("ACCEPTANCE", "/acceptance-required"),
                    joined("PRINCIPALS", "allowed-principals"),
                    joined("ZONES", "zones"),
                    counted("ENDPOINTS", "endpoints")),
            List.of(
                    list("--load-balancers", "load-balancers", "Load balancers behind it."),
                    flag("--acceptance-required", "acceptance-required", "Whether each endpoint must be accepted."),
                    list("--allowed-principals", "allowed-principals", "Accounts that may connect, or *."),
                    list("--ip-address-types", "ip-address-types", "ipv4, ipv6."),
                    text("--account", "account", "Its owner, 12 digits."),
                    tags()),
            NAMED);

    private static final Resource ENDPOINT = new Resource(
            "endpoint",
            "ENDPOINT",
            "v1/endpoints",
            "v1/endpoints/{}",
            "endpoints",
            "id",
            List.of(
                    Column.of("ENDPOINT", "/id"),
                    Column.of("STATE", "/state"),
                    Column.of("VNI", "/vni"),
                    Column.of("ZONE", "/zone"),
                    Column.of("SERVICE", "/service"),
                    Column.of("LOAD-BALANCER", "/load-balancer"),
                    joined("ATTACHMENTS", "attachments")),
            List.of(
                    number("--vni", "vni", "Its network identifier, 0-16777215."),
                    text("--zone", "zone", "Its zone."),
                    text("--account", "account", "Its owner, 12 digits."),
                    text("--service", "service", "The endpoint service it connects to."),
                    text(
                            "--load-balancer",
                            "load-balancer",
                            "The load balancer it connects to, in place of a service."),
                    list("--attachments", "attachments", "Where its traffic comes from and goes to: address[:port]."),
                    text("--inner", "inner", "ip or ethernet."),
                    text("--ip-address-type", "ip-address-type", "ipv4 or dualstack."),
                    number("--flow-quota", "flow-quota", "Flows at most, 0 for no quota."),
                    tags()),
            List.of("name-prefix", "zone", "state", "tag"));

    private static final Resource ZONE = new Resource(
            "zone",
            "ZONE",
            "v1/zones",
            "v1/zones/{}",
            "zones",
            "",
            List.of(
                    Column.of("ZONE", "/name"),
                    joined("LOAD-BALANCERS", "load-balancers"),
                    Column.of("ENDPOINTS", "/endpoints"),
                    Column.of("TARGETS", "/targets")),
            List.of(),
            List.of("name-prefix"));

    private static final Resource TAG = new Resource(
            "resource",
            "KIND/NAME",
            "v1/tags",
            "v1/tags/{}/{}",
            "resources",
            "",
            List.of(
                    Column.of("KIND", "/kind"),
                    Column.of("RESOURCE", "/resource"),
                    new Column("TAGS", element -> pairs(element.path("tags")))),
            List.of(),
            List.of("kind", "tag"));

    private static final Resource LIMIT = new Resource(
            "limit",
            "LIMIT",
            "v1/limits",
            "",
            "limits",
            "",
            List.of(
                    Column.of("LIMIT", "/name"),
                    Column.of("SCOPE", "/scope"),
                    Column.of("MAX", "/max"),
                    Column.of("USED", "/used")),
            List.of(),
            List.of());

    private static final Resource AUDIT = new Resource(
            "change",
            "CHANGE",
            "v1/audit",
            "",
            "entries",
            "",
            List.of(
                    Column.of("AT", "/at"),
                    Column.of("BY", "/by"),
                    Column.of("ACT", "/act"),
                    Column.of("SUBJECT", "/subject"),
                    Column.of("REVISION", "/revision"),
                    Column.of("CHANGES", "/change-count")),
            List.of(),
            List.of());

    private Resources() {}

    /** Verbs of {@code load-balancer}. */
    public static List<?> loadBalancer() {
        return crud(LOAD_BALANCER, Effect.EVERYWHERE, "Deletes a load balancer and its listener; its flows end.");
    }

    /** Verbs of {@code listener}. */
    public static List<?> listener() {
        return List.of(new GetVerb(LISTENER), new UpdateVerb(LISTENER, "update", Effect.EVERYWHERE));
    }

    /** Verbs of {@code target-group}. */
    public static List<?> targetGroup() {
        return crud(TARGET_GROUP, Effect.EVERYWHERE, "Deletes a target group with its targets.");
    }

    /** Verbs of {@code target} that any resource could have. */
    public static List<?> target() {
        return List.of(
                new GetVerb(TARGET),
                new UpdateVerb(TARGET, "set", Effect.EVERYWHERE),
                new DeleteVerb(
                        TARGET,
                        "deregister",
                        "Deregisters a target: it gets no new flows, and those it has drain for the group's delay.",
                        Effect.DRAINED));
    }

    /** Verbs of {@code endpoint-service}. */
    public static List<?> endpointService() {
        Resource accept = ofService("v1/endpoint-services/{}/endpoints/{}/accept", "SERVICE/ENDPOINT");
        Resource reject = ofService("v1/endpoint-services/{}/endpoints/{}/reject", "SERVICE/ENDPOINT");
        List<Object> verbs = new ArrayList<>(crud(ENDPOINT_SERVICE, Effect.EVERYWHERE, "Deletes an endpoint service."));
        verbs.add(new ListVerb(
                ofService("", "SERVICE"), "endpoints", "Lists the endpoints that name a service, with their states."));
        verbs.add(new ActionVerb(
                accept, "accept", "Accepts an endpoint's connection.", ENDPOINT, Effect.AVAILABLE, false));
        verbs.add(new ActionVerb(
                reject, "reject", "Rejects an endpoint's connection, or ends it.", ENDPOINT, Effect.REJECTED, true));
        return verbs;
    }

    private static Resource ofService(String item, String label) {
        return new Resource(
                ENDPOINT.words(),
                label,
                "v1/endpoint-services/{}/endpoints",
                item,
                ENDPOINT.listKey(),
                ENDPOINT.idKey(),
                ENDPOINT.columns(),
                List.of(),
                List.of("zone", "state"));
    }

    /** Verbs of {@code endpoint}. */
    public static List<?> endpoint() {
        return crud(ENDPOINT, Effect.AVAILABLE, "Deletes an endpoint; its packets are dropped from then on.");
    }

    /** Verbs of {@code zone}. */
    public static List<?> zone() {
        return List.of(
                new ListVerb(ZONE, "Lists zones and what is in each."),
                new GetVerb(ZONE),
                new CreateVerb(ZONE, Effect.EVERYWHERE),
                new DeleteVerb(ZONE, "delete", "Deletes a zone that nothing is in.", Effect.EVERYWHERE));
    }

    /** Verbs of {@code tag}. */
    public static List<?> tag() {
        return List.of(
                new ListVerb(TAG, "Lists resources that have tags."),
                new GetVerb(TAG),
                new TagSetCommand(TAG, false),
                new TagSetCommand(TAG, true));
    }

    /** Verbs of {@code limit}. */
    public static List<?> limit() {
        return List.of(new WholeListVerb(LIMIT, "Lists limits, and how much of each is in use."));
    }

    /** Verbs of {@code audit}. */
    public static List<?> audit() {
        return List.of(new ListVerb(AUDIT, "Lists who changed what, the newest first."));
    }

    private static List<?> crud(Resource resource, Effect effect, String deletion) {
        return List.of(
                new ListVerb(resource, "Lists every " + resource.words() + "."),
                new GetVerb(resource),
                new CreateVerb(resource, effect),
                new UpdateVerb(resource, "update", Effect.EVERYWHERE),
                new DeleteVerb(resource, "delete", deletion, Effect.EVERYWHERE));
    }

    private static Column joined(String title, String key) {
        return new Column(title, element -> {
            StringJoiner text = new StringJoiner(",");
            element.path(key).forEach(value -> text.add(value.asText()));
            return text.toString();
        });
    }

    private static Column counted(String title, String key) {
        return new Column(title, element -> String.valueOf(element.path(key).size()));
    }

    private static String pairs(JsonNode tags) {
        StringJoiner text = new StringJoiner(" ");
        tags.properties()
                .forEach(tag -> text.add(tag.getKey() + "=" + tag.getValue().asText()));
        return text.toString();
    }
}
