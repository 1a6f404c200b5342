// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes together in a model, and where endpoints lead. */
class GatewayModelTest {

    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");
    private static final Zone AZ3 = new Zone("az3");
    private static final List<Zone> ZONES = List.of(AZ1, AZ2, AZ3);
    private static final TargetGroup G1 = group("g1", Stickiness.FIVE_TUPLE);
    private static final TargetGroup G2 = group("g2", Stickiness.FIVE_TUPLE);
    private static final LoadBalancer B1 = balancer("b1", "g1", 350_000, false, AZ1);
    private static final LoadBalancer B2 = balancer("b2", "g2", 350_000, false, AZ1, AZ2);
    private static final EndpointService S = service("s", true, List.of(), "b1", "b2");
    private static final Backing OF_S = new Backing.Service(S.id());

    private static TargetGroup group(String name, Stickiness stickiness, Target... targets) {
        return new TargetGroup(new TargetGroupId(name), HealthCheckSpec.DEFAULT, stickiness, List.of(targets));
    }

    private static LoadBalancer balancer(String name, String group, long timeoutMs, boolean reset, Zone... zones) {
        return new LoadBalancer(
                new LoadBalancerId(name), List.of(zones), new Listener(new TargetGroupId(group), timeoutMs, reset));
    }

    private static EndpointService service(
            String name, boolean acceptance, List<Principal> principals, String... balancers) {
        return new EndpointService(
                new EndpointServiceId(name),
                Stream.of(balancers).map(LoadBalancerId::new).toList(),
                acceptance,
                principals,
                IpAddressType.DUALSTACK,
                EndpointService.ACCOUNT_DEFAULT,
                Tags.NONE);
    }

    private static Endpoint endpoint(int number, Zone zone, Backing backing, String account, Admission admission) {
        return new Endpoint(
                new EndpointId(number),
                new Vni(number),
                zone,
                backing,
                List.of(Ipv4SocketAddress.parse("10.0.0.2:6080")),
                account,
                InnerKind.IP,
                0,
                IpAddressType.DUALSTACK,
                admission,
                Tags.NONE);
    }

    private static Endpoint endpoint(Zone zone, Backing backing) {
        return endpoint(1, zone, backing, Endpoint.ACCOUNT_DEFAULT, Admission.UNDECIDED);
    }

    private static Backing balancer(String name) {
        return new Backing.Balancer(new LoadBalancerId(name));
    }

    private static GatewayModel model(List<EndpointService> services, Endpoint... endpoints) {
        return new GatewayModel(ZONES, List.of(G1, G2), List.of(B1, B2), services, List.of(endpoints));
    }

    /** A model that is refused, and what its refusal says. */
    record Wrong(String what, Runnable maker, String kind, String name, String key, String message) {

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Wrong> wrong() {
        String vpce1 = "vpce-00000000000000001";
        return Stream.of(
                new Wrong(
                        "a service's load balancer that is not there",
                        () -> model(List.of(service("s", true, List.of(), "b1", "b9"))),
                        "endpoint-service",
                        "s",
                        "load-balancers",
                        "endpoint service s refers to load balancer b9, which is not there: expected one of [b1, b2]"),
                new Wrong(
                        "a service twice",
                        () -> model(List.of(S, S)),
                        "endpoint-service",
                        "s",
                        "name",
                        "endpoint service s is configured twice"),
                new Wrong(
                        "an endpoint's service that is not there",
                        () -> model(List.of(), endpoint(AZ1, OF_S)),
                        "endpoint",
                        vpce1,
                        "service",
                        "endpoint " + vpce1 + " refers to endpoint service s, which is not there: expected one of []"),
                new Wrong(
                        "an endpoint's load balancer that is not there",
                        () -> model(List.of(), endpoint(AZ1, balancer("b9"))),
                        "endpoint",
                        vpce1,
                        "load-balancer",
                        "endpoint " + vpce1
                                + " refers to load balancer b9, which is not there: expected one of [b1, b2]"),
                new Wrong(
                        "E-7: a zone the service is not there in",
                        () -> model(List.of(S), endpoint(AZ3, OF_S)),
                        "endpoint",
                        vpce1,
                        "zone",
                        "endpoint " + vpce1 + ": endpoint service s does not support the availability zone az3 (E-7):"
                                + " expected one of az1, az2"),
                new Wrong(
                        "a zone the load balancer is not enabled in",
                        () -> model(List.of(), endpoint(AZ2, balancer("b1"))),
                        "endpoint",
                        vpce1,
                        "zone",
                        "endpoint " + vpce1 + ": load balancer b1 is not enabled in zone az2: expected one of az1"),
                new Wrong(
                        "E-5: an account the service does not allow, as no other than the owner's",
                        () -> model(List.of(S), endpoint(1, AZ1, OF_S, "123456789012", Admission.PENDING)),
                        "endpoint",
                        vpce1,
                        "account",
                        "endpoint " + vpce1 + ": endpoint service s does not allow account 123456789012 (E-5): expected"
                                + " its owner 000000000000, or a principal of the account in its allowed-principals"),
                new Wrong(
                        "E-5: an account that is not among the principals",
                        () -> model(
                                List.of(service("s", true, List.of(new Principal("210987654321")), "b1")),
                                endpoint(1, AZ1, OF_S, "123456789012", Admission.PENDING)),
                        "endpoint",
                        vpce1,
                        "account",
                        "endpoint " + vpce1 + ": endpoint service s does not allow account 123456789012 (E-5): expected"
                                + " its owner 000000000000, or one that its allowed-principals let in: [210987654321]"),
                new Wrong(
                        "an endpoint twice",
                        () -> model(List.of(S), endpoint(AZ1, OF_S), endpoint(AZ1, OF_S)),
                        "endpoint",
                        vpce1,
                        "id",
                        "endpoint " + vpce1 + " is configured twice"),
                new Wrong(
                        "a target's zone that is not there",
                        () -> new GatewayModel(
                                ZONES,
                                List.of(group(
                                        "g",
                                        Stickiness.FIVE_TUPLE,
                                        new Target(
                                                new TargetId("t"),
                                                Ipv4Address.parse("10.1.0.11"),
                                                6081,
                                                new Zone("az9"),
                                                1,
                                                1))),
                                List.of(),
                                List.of()),
                        "target",
                        "g/t",
                        "zone",
                        "target t of g refers to zone az9, which is not there: expected one of [az1, az2, az3]"),
                new Wrong(
                        "a group with two load balancers",
                        () -> new GatewayModel(
                                ZONES, List.of(G1), List.of(B1, balancer("b3", "g1", 350_000, false, AZ1)), List.of()),
                        "load-balancer",
                        "b3",
                        "listener.target-group",
                        "target group g1 is used by two load balancers: expected at most one"),
                new Wrong(
                        "F-11: a timeout with another stickiness",
                        () -> new GatewayModel(
                                ZONES,
                                List.of(group("g", Stickiness.THREE_TUPLE)),
                                List.of(balancer("b", "g", 60_000, false, AZ1)),
                                List.of()),
                        "load-balancer",
                        "b",
                        "listener.tcp-idle-timeout",
                        "load balancer b: a timeout of its own needs stickiness 5-tuple (F-11), and target group g has"
                                + " 3-tuple: expected 350s"),
                new Wrong(
                        "T13: resets with another stickiness",
                        () -> new GatewayModel(
                                ZONES,
                                List.of(group("g", Stickiness.TWO_TUPLE)),
                                List.of(balancer("b", "g", 350_000, true, AZ1)),
                                List.of()),
                        "load-balancer",
                        "b",
                        "listener.send-tcp-reset-on-idle-timeout",
                        "load balancer b: a reset needs stickiness 5-tuple (T13), and target group g has 2-tuple:"
                                + " expected false"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void refusesAndSaysWhichKeyOfWhat(Wrong wrong) {
        assertThatExceptionOfType(InvalidModelException.class)
                .isThrownBy(wrong.maker()::run)
                .withMessage(wrong.message())
                .satisfies(refusal -> assertThat(List.of(refusal.kind(), refusal.name(), refusal.key()))
                        .containsExactly(wrong.kind(), wrong.name(), wrong.key()));
    }

    @Test
    void e5AdmitsTheOwnerAndWhomPrincipalsName() {
        GatewayModel model = model(
                List.of(service("s", true, List.of(new Principal("arn:aws:iam::123456789012:role/ops")), "b1")),
                endpoint(1, AZ1, OF_S, "123456789012", Admission.PENDING),
                endpoint(2, AZ1, OF_S, "000000000000", Admission.PENDING));
        assertThat(model.endpoints()).hasSize(2);
    }

    /** An implicit service has nobody to ask. */
    @Test
    void aLoadBalancerTakesEveryAccount() {
        assertThat(model(List.of(), endpoint(1, AZ1, balancer("b1"), "123456789012", Admission.UNDECIDED))
                        .endpoints())
                .hasSize(1);
    }

    @Test
    void e1AServiceIsThereWhereItsLoadBalancersAre() {
        assertThat(new EndpointPaths(model(List.of(S))).zones(S)).isEqualTo(Set.of(AZ1, AZ2));
    }

    @Test
    void e2AnEndpointHasTheFirstLoadBalancerThatIsEnabledInItsZone() {
        Endpoint first = endpoint(AZ1, OF_S);
        Endpoint second = endpoint(2, AZ2, OF_S, Endpoint.ACCOUNT_DEFAULT, Admission.UNDECIDED);
        EndpointPaths paths = new EndpointPaths(model(List.of(S), first, second));
        assertThat(paths.loadBalancer(first)).contains(B1);
        assertThat(paths.loadBalancer(second)).contains(B2);
        EndpointPaths otherOrder = new EndpointPaths(model(List.of(service("s", true, List.of(), "b2", "b1")), first));
        assertThat(otherOrder.loadBalancer(first)).contains(B2);
    }

    @ParameterizedTest
    @CsvSource({
        "UNDECIDED, true, PENDING",
        "UNDECIDED, false, ACCEPTED",
        "PENDING, false, PENDING",
        "ACCEPTED, true, ACCEPTED",
        "REJECTED, false, REJECTED",
    })
    void e3TheServiceDecidesWhereNobodyHas(Admission said, boolean acceptance, Admission decided) {
        Endpoint endpoint = endpoint(1, AZ1, OF_S, Endpoint.ACCOUNT_DEFAULT, said);
        EndpointPaths paths = new EndpointPaths(model(List.of(service("s", acceptance, List.of(), "b1")), endpoint));
        assertThat(paths.admission(endpoint)).isEqualTo(decided);
    }

    @ParameterizedTest
    @CsvSource({
        "DUALSTACK, DUALSTACK, DUALSTACK, true",
        "IPV4, DUALSTACK, DUALSTACK, false",
        "DUALSTACK, IPV4, DUALSTACK, false",
        "DUALSTACK, DUALSTACK, IPV4, false",
    })
    void e9Ipv6PassesWhereEndpointServiceAndLoadBalancerTakeIt(
            IpAddressType ofEndpoint, IpAddressType ofService, IpAddressType ofBalancer, boolean passes) {
        LoadBalancer balancer =
                new LoadBalancer(B1.id(), B1.zones(), B1.listener(), false, ofBalancer, false, PacketPolicy.DEFAULT);
        EndpointService service = new EndpointService(
                S.id(), List.of(B1.id()), false, List.of(), ofService, EndpointService.ACCOUNT_DEFAULT, Tags.NONE);
        Endpoint plain = endpoint(AZ1, OF_S);
        Endpoint endpoint = new Endpoint(
                plain.id(),
                plain.vni(),
                plain.zone(),
                plain.backing(),
                plain.attachments(),
                plain.account(),
                plain.inner(),
                0,
                ofEndpoint,
                Admission.ACCEPTED,
                Tags.NONE);
        EndpointPaths paths = new EndpointPaths(
                new GatewayModel(ZONES, List.of(G1), List.of(balancer), List.of(service), List.of(endpoint)));
        assertThat(paths.takesIpv6(endpoint)).isEqualTo(passes);
    }

    @Test
    void aServiceHasItsLimits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service("s", true, List.of()))
                .withMessageContaining(
                        "number of load balancers of endpoint service s 0 is out of range: expected 1 to");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service("s", true, List.of(), "b1", "b1"))
                .withMessage("load balancer b1 is twice in endpoint service s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service("s", true, List.of(Principal.ANYONE, Principal.ANYONE), "b1"))
                .withMessage("principal * is twice in endpoint service s");
        assertThat(new EndpointService(S.id(), List.of(B1.id())).firstAdmission())
                .isEqualTo(Admission.PENDING);
    }

    @Test
    void e6StatesAreThoseOfTheApi() {
        assertThat(Stream.of(Admission.values()).map(Admission::endpointState))
                .containsExactly("", "pendingAcceptance", "available", "rejected");
    }

    @Test
    void noListIsLongerThanAMessageCanHold() {
        List<Zone> zones = IntStream.rangeClosed(0, GatewayModel.LIST_MAX)
                .mapToObj(number -> new Zone("z" + number))
                .toList();
        List<Zone> most = zones.subList(0, GatewayModel.LIST_MAX);
        assertThat(new GatewayModel(most, List.of(), List.of(), List.of()).zones())
                .hasSize(GatewayModel.LIST_MAX);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GatewayModel(zones, List.of(), List.of(), List.of()))
                .withMessage("there are 65537 zones: expected at most 65536");
    }
}
