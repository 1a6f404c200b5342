// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's part of the configuration as a document of its own. */
class GatewayDocumentsTest {

    private static final List<String> NAMES =
            List.of("a", "true", "no", "123", "1e3", "x-1", "Null", "firewalls", "0x1F");

    private final GatewayDocuments documents;

    GatewayDocumentsTest() throws ConfigException {
        documents = new GatewayDocuments(Configurations.read(
                Configurations.LEAST.replace("\"10.0.0.1\"", "\"10.0.0.1:6090\"") + "node: {zone: az7}\n"));
    }

    private GatewayModel read(String document) throws InvalidDocument {
        return documents.read(document.getBytes(StandardCharsets.UTF_8));
    }

    private List<InvalidDocument.Problem> problems(String document) {
        return catchThrowableOfType(InvalidDocument.class, () -> read(document)).problems();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster", "ingress", "appliances", "admin"})
    void refusesWhatBelongsToAProcessByName(String key) {
        assertThat(problems("zones: [az1]\n" + key + ": {}\n"))
                .containsExactly(new InvalidDocument.Problem(
                        2, key, "this key belongs to a process's file, not to the gateway: remove the key"));
    }

    @ParameterizedTest
    @ValueSource(strings = "journal")
    void refusesWhatIsNotBuiltYet(String key) {
        assertThat(problems(key + ": {}\n"))
                .containsExactly(
                        new InvalidDocument.Problem(1, key, "not available yet in this release: remove the key"));
    }

    @Test
    void namesLineKeyAndDetailOfEveryProblem() {
        assertThat(problems("zones: [az1]\ntarget-groups:\n  - {name: g, fail-open: never, colour: red}\n"))
                .extracting(problem -> problem.line() + " " + problem.key())
                .containsExactly("3 target-groups[0].fail-open", "3 target-groups[0].colour");
        assertThat(problems("").getFirst().detail()).contains("empty");
        assertThat(problems("\u0001").getFirst().detail()).contains("U+0001");
    }

    @Test
    void refusesBytesThatAreNoText() {
        InvalidDocument invalid =
                catchThrowableOfType(InvalidDocument.class, () -> documents.read(new byte[] {'a', '\n', (byte) 0xFF}));
        assertThat(invalid.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(2);
            assertThat(problem.detail()).contains("not UTF-8");
        });
    }

    @Test
    void refusesATargetAtTheNodesOwnAddress() {
        assertThat(problems("target-groups: [{name: g, targets: [{id: 10.1.0.1}]}]\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.detail()).contains("W-4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "10.0.0.1:6090"})
    void refusesAnAttachmentAtTheNodesOwnIngress(String attachment) {
        String document = """
                {"target-groups": [{"name": "g", "targets": [{"id": "10.1.0.11"}]}],
                 "load-balancers": [{"name": "b", "listener": {"target-group": "g"}}],
                 "endpoints": [{"id": "vpce-0a1b2c3d4e5f60718", "vni": 1, "load-balancer": "b",
                                "attachments": ["%s"]}]}""";
        assertThat(problems(document.formatted(attachment))).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo("endpoints");
            assertThat(problem.detail()).contains("vpce-0a1b2c3d4e5f60718", "10.0.0.1:6090");
        });
        assertThatCode(() -> read(document.formatted("10.0.0.1:6091"))).doesNotThrowAnyException();
    }

    @Test
    void refusesMoreThanAMessageCanHold() {
        StringBuilder zones = new StringBuilder("zones: [z");
        for (int n = 0; n < 65_536; n++) {
            zones.append(", z").append(n);
        }
        assertThat(problems(zones.append("]\n").toString()))
                .containsExactly(new InvalidDocument.Problem(1, "zones", "65537 are too many: expected at most 65536"));
    }

    @Test
    void takesZoneAndPortOfTheNodeWhereNoneIsSaid() throws InvalidDocument {
        GatewayModel model = read("""
                {"target-groups": [{"name": "g", "targets": [{"id": "10.1.0.11"}]}],
                 "load-balancers": [{"name": "b", "listener": {"target-group": "g"}}],
                 "endpoints": [{"id": "vpce-0a1b2c3d4e5f60718", "vni": 1, "load-balancer": "b",
                                "attachments": ["10.0.0.2"]}]}""");
        assertThat(model.zones()).containsExactly(new Zone("az7"));
        assertThat(model.endpoints().getFirst().attachments())
                .containsExactly(Ipv4SocketAddress.parse("10.0.0.2:6090"));
    }

    @Test
    void writesAnEmptyModelAsAnEmptyDocument() throws InvalidDocument {
        assertThat(read(documents.write(GatewayModel.EMPTY))).isEqualTo(GatewayModel.EMPTY);
    }

    @Test
    void leavesOutWhatDrains() throws InvalidDocument {
        GatewayModel model = read("zones: [az1]\ntarget-groups: [{name: g, targets: [{id: 10.1.0.11, zone: az1}]}]\n");
        TargetGroup group = model.targetGroups().getFirst();
        Target leaving =
                new Target(new TargetId("10.1.0.12"), Ipv4Address.parse("10.1.0.12"), 6081, new Zone("az2"), 1, 1, 5);
        List<Target> targets = new ArrayList<>(group.targets());
        targets.add(leaving);
        GatewayModel draining = new GatewayModel(
                List.of(new Zone("az1"), new Zone("az2")), List.of(group.withTargets(targets)), List.of(), List.of());
        assertThat(read(documents.write(draining))).isEqualTo(model);
    }

    /** read(write(model)) = model, for models as documents can say them. */
    @Test
    void readsWhatItHasWritten() throws InvalidDocument {
        long seed = Long.getLong("sluice.seed", 20_261_125L);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            GatewayModel model = model(random);
            String document = documents.write(model);
            assertThat(read(document))
                    .as("seed %d round %d:%n%s", seed, round, document)
                    .isEqualTo(model);
        }
    }

    /** So is each part of it, as JSON in which nothing is lost. */
    @Test
    void readsEveryFragmentItHasWritten() throws InvalidDocument {
        long seed = Long.getLong("sluice.seed", 20_261_126L);
        Random random = new Random(seed);
        ResourceFragments fragments = documents.fragments();
        for (int round = 0; round < 100; round++) {
            GatewayModel model = model(random);
            for (TargetGroup group : model.targetGroups()) {
                assertThat(fragments.targetGroup(json(fragments.write(group)))).isEqualTo(group);
                for (Target target : group.targets()) {
                    assertThat(fragments.target(json(fragments.write(target)))).isEqualTo(target);
                }
            }
            for (LoadBalancer balancer : model.loadBalancers()) {
                assertThat(fragments.loadBalancer(json(fragments.write(balancer))))
                        .isEqualTo(balancer);
                assertThat(fragments.listener(json(fragments.write(balancer.listener()))))
                        .isEqualTo(balancer.listener());
            }
            for (EndpointService service : model.endpointServices()) {
                assertThat(fragments.endpointService(json(fragments.write(service))))
                        .isEqualTo(service);
            }
            for (Endpoint endpoint : model.endpoints()) {
                assertThat(fragments.endpoint(json(fragments.write(endpoint)))).isEqualTo(endpoint);
            }
        }
    }

    private static byte[] json(Map<String, Object> tree) {
        return new JsonObject(tree).encode().getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T any(Random random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static <T> T any(Random random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static List<String> names(Random random, int min) {
        List<String> names = new ArrayList<>(NAMES);
        Collections.shuffle(names, random);
        return names.subList(0, min + random.nextInt(NAMES.size() - min));
    }

    private static GatewayModel model(Random random) {
        List<Zone> zones = names(random, 1).stream().map(Zone::new).toList();
        List<TargetGroup> groups = names(random, 0).stream()
                .map(name -> group(random, name, zones))
                .toList();
        List<LoadBalancer> balancers = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (TargetGroup group : groups) {
            if (random.nextBoolean()) {
                LoadBalancer balancer = balancer(random, group, zones);
                balancers.add(balancer);
                for (int n = random.nextInt(3); n > 0; n--) {
                    endpoints.add(endpoint(
                            random, endpoints.size(), balancer, new Backing.Balancer(balancer.id()), account(random)));
                }
            }
        }
        List<EndpointService> services = new ArrayList<>();
        for (LoadBalancer balancer : balancers) {
            if (random.nextBoolean()) {
                EndpointService service = service(random, balancer, balancers);
                services.add(service);
                endpoints.add(endpoint(
                        random, endpoints.size(), balancer, new Backing.Service(service.id()), service.account()));
            }
        }
        return new GatewayModel(zones, groups, balancers, services, endpoints);
    }

    private static EndpointService service(Random random, LoadBalancer first, List<LoadBalancer> balancers) {
        LoadBalancer second = any(random, balancers);
        return new EndpointService(
                new EndpointServiceId(first.id().name()),
                first.equals(second) ? List.of(first.id()) : List.of(first.id(), second.id()),
                random.nextBoolean(),
                any(
                        random,
                        List.of(
                                List.of(),
                                List.of(Principal.ANYONE),
                                List.of(
                                        new Principal("000000000001"),
                                        new Principal("arn:aws:iam::123456789012:user/a+b=c")))),
                any(random, IpAddressType.values()),
                account(random),
                tags(random));
    }

    private static String account(Random random) {
        return "%012d".formatted(random.nextLong(1_000_000_000_000L));
    }

    private static Tags tags(Random random) {
        Map<String, String> tags = new HashMap<>();
        for (int n = random.nextInt(6); n > 0; n--) {
            tags.put(
                    any(random, List.of("true", "a:b", "12", "x y", " k", "ü@=", "- n", "0x1F", "5s", "1.2.3.4")),
                    any(random, List.of("", "no", "1e3", "10:20", " v ", ". _", "漢字", "300ms", "= +", "3-tuple")));
        }
        return Tags.of(tags);
    }

    private static TargetGroup group(Random random, String name, List<Zone> zones) {
        Stickiness stickiness = any(random, Stickiness.values());
        boolean resets = stickiness == Stickiness.FIVE_TUPLE && random.nextBoolean();
        long timeoutMs = random.nextLong(2_000, 5_001);
        List<Target> targets = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            String address = "10.1.0.1" + n;
            targets.add(new Target(
                    new TargetId(address),
                    Ipv4Address.parse(address),
                    1 + random.nextInt(65_535),
                    any(random, zones),
                    1 + random.nextInt(1_000),
                    1));
        }
        return new TargetGroup(
                new TargetGroupId(name),
                new HealthCheckSpec(
                        any(random, HealthCheckSpec.Protocol.values()),
                        1 + random.nextInt(65_535),
                        any(random, List.of("/", "/a\"b\\c", "/%41?x={}&y=#:'", "/: "))
                                .strip(),
                        5_000 + random.nextInt(295_001),
                        timeoutMs,
                        2 + random.nextInt(9),
                        2 + random.nextInt(9)),
                stickiness,
                new FailurePolicy(
                        any(random, TargetFailover.values()),
                        random.nextInt(3_600_001),
                        resets,
                        resets,
                        any(random, FailOpen.values())),
                new DataPathProbe(
                        random.nextBoolean(),
                        random.nextBoolean(),
                        10 + random.nextInt(59_991),
                        1 + random.nextInt(100)),
                new PassiveDetection(random.nextBoolean(), 100 + random.nextInt(59_901)),
                random.nextInt(900_001),
                random.nextBoolean(),
                targets,
                tags(random));
    }

    private static LoadBalancer balancer(Random random, TargetGroup group, List<Zone> zones) {
        boolean five = group.stickiness() == Stickiness.FIVE_TUPLE;
        return new LoadBalancer(
                new LoadBalancerId(group.id().name()),
                zones.subList(0, 1 + random.nextInt(zones.size())),
                new Listener(
                        group.id(),
                        five ? 60_000 + random.nextInt(5_940_001) : Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS,
                        five && random.nextBoolean()),
                random.nextBoolean(),
                any(random, IpAddressType.values()),
                random.nextBoolean(),
                new PacketPolicy(
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean() ? 0 : 536 + random.nextInt(8_425),
                        random.nextBoolean(),
                        576 + random.nextInt(7_925)),
                tags(random));
    }

    private static Endpoint endpoint(
            Random random, int number, LoadBalancer balancer, Backing backing, String account) {
        List<Ipv4SocketAddress> attachments = new ArrayList<>();
        for (int n = 1 + random.nextInt(Endpoint.ATTACHMENTS_MAX); n > 0; n--) {
            attachments.add(Ipv4SocketAddress.parse("10.0.0.%d:%d".formatted(n, 1 + random.nextInt(65_535))));
        }
        return new Endpoint(
                EndpointId.parse("vpce-0%016x".formatted((random.nextLong() & ~0xFFFFL) | number)),
                new Vni(number),
                any(random, balancer.zones()),
                backing,
                attachments,
                account,
                any(random, InnerKind.values()),
                random.nextInt(Endpoint.FLOW_QUOTA_MAX + 1),
                any(random, IpAddressType.values()),
                any(random, Admission.values()),
                tags(random));
    }
}
