// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Zone;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Single resources, with the keys, defaults and messages of whole documents. */
class FragmentDocumentsTest {

    private final ResourceFragments fragments;

    FragmentDocumentsTest() throws ConfigException {
        fragments = new GatewayDocuments(Configurations.read(
                        Configurations.LEAST.replace("\"10.0.0.1\"", "\"10.0.0.1:6090\"") + "node: {zone: az7}\n"))
                .fragments();
    }

    private static byte[] bytes(String fragment) {
        return fragment.getBytes(StandardCharsets.UTF_8);
    }

    interface Reader {
        Object read(ResourceFragments fragments, byte[] fragment) throws InvalidDocument;
    }

    record Wrong(String kind, Reader reader, String fragment, List<String> problems) {

        @Override
        public String toString() {
            return kind + " " + fragment;
        }
    }

    private static Wrong wrong(String kind, Reader reader, String fragment, String... problems) {
        return new Wrong(kind, reader, fragment, List.of(problems));
    }

    static Stream<Wrong> wrongFragments() {
        return Stream.of(
                wrong(
                        "load balancer",
                        ResourceFragments::loadBalancer,
                        "name: b\nlistener: {target-group: g, tcp-idle-timeout: 1s}\ncolour: red",
                        "2 listener.tcp-idle-timeout: '1s': expected a duration from 60s to 6000s, written like 350s, 5m"
                                + " or 300ms",
                        "3 colour: unknown key: expected one of cross-zone, deletion-protection, ip-address-type,"
                                + " listener, name, packets, tags, zones"),
                wrong("listener", ResourceFragments::listener, "{}", "1 target-group: this key is required"),
                wrong(
                        "target group",
                        ResourceFragments::targetGroup,
                        "{\"name\": \"g\", \"targets\": [{\"id\": \"10.1.0.11\"}, {\"id\": \"10.1.0.11\"}]}",
                        "1 targets[1].id: target 10.1.0.11 is there twice: expected once"),
                wrong(
                        "target group with the node in it",
                        ResourceFragments::targetGroup,
                        "{name: g, targets: [{id: 10.1.0.1}]}",
                        "1 targets: target 10.1.0.1 has this node's own address of appliances: node and target cannot"
                                + " share one (W-4)"),
                wrong(
                        "target",
                        ResourceFragments::target,
                        "{id: 10.1.0.11, weight: 0}",
                        "1 weight: '0': expected a whole number from 1 to 1000"),
                wrong(
                        "target that is the node",
                        ResourceFragments::target,
                        "{id: 10.1.0.1}",
                        "1 id: target 10.1.0.1 has this node's own address of appliances: node and target cannot share"
                                + " one (W-4)"),
                wrong(
                        "endpoint service",
                        ResourceFragments::endpointService,
                        "{name: s, load-balancers: [b], ip-address-types: [ipv5]}",
                        "1 ip-address-types: [ipv5]: expected [ipv4] or [ipv4, ipv6]"),
                wrong(
                        "endpoint",
                        ResourceFragments::endpoint,
                        "{id: vpce-1, vni: 1, service: s, attachments: [\"10.0.0.1\"]}",
                        "1 id: 'vpce-1' is no endpoint id: expected vpce-0 and 16 hex digits, for example"
                                + " vpce-0a1b2c3d4e5f60718"),
                wrong(
                        "endpoint attached to the node",
                        ResourceFragments::endpoint,
                        "{id: vpce-0a1b2c3d4e5f60718, vni: 1, service: s, attachments: [\"10.0.0.1\"]}",
                        "1 attachments: endpoint vpce-0a1b2c3d4e5f60718 has this node's own ingress address 10.0.0.1:6090"
                                + " as an attachment: its packets would come back for ever"),
                wrong(
                        "what is no mapping",
                        ResourceFragments::target,
                        "[]",
                        "1 : expected keys and values, found a list",
                        "1 id: this key is required"),
                wrong(
                        "nothing",
                        ResourceFragments::listener,
                        "",
                        "1 : there is nothing: expected the keys and values of the resource"));
    }

    @ParameterizedTest
    @MethodSource("wrongFragments")
    void saysWhatIsWrongByThePathInTheFragment(Wrong wrong) {
        InvalidDocument invalid = catchThrowableOfType(
                InvalidDocument.class, () -> wrong.reader().read(fragments, bytes(wrong.fragment())));
        assertThat(invalid.problems())
                .extracting(problem -> problem.line() + " " + problem.key() + ": " + problem.detail())
                .containsExactlyElementsOf(wrong.problems());
    }

    /** References and zones are the model's to judge. */
    @Test
    void takesAPartForItself() throws InvalidDocument {
        LoadBalancer balancer = fragments.loadBalancer(
                bytes("{name: b, zones: [az1, az9], listener: {target-group: nobodys, tcp-idle-timeout: 60s}}"));
        assertThat(balancer.zones()).containsExactly(new Zone("az1"), new Zone("az9"));
        Endpoint endpoint = fragments.endpoint(
                bytes("{id: vpce-0a1b2c3d4e5f60718, vni: 1, zone: az9, service: s, attachments: [\"10.0.0.2\"]}"));
        assertThat(endpoint.backing()).isEqualTo(new Backing.Service(new EndpointServiceId("s")));
        assertThat(endpoint.admission()).isEqualTo(Admission.UNDECIDED);
    }

    @Test
    void takesZoneAndPortOfTheNodeWhereNoneIsSaid() throws InvalidDocument {
        Target target = fragments.target(bytes("{id: 10.1.0.11}"));
        assertThat(target.zone()).isEqualTo(new Zone("az7"));
        Endpoint endpoint = fragments.endpoint(
                bytes("{id: vpce-0a1b2c3d4e5f60718, vni: 1, load-balancer: b, attachments: [\"10.0.0.2\"]}"));
        assertThat(endpoint.zone()).isEqualTo(new Zone("az7"));
        assertThat(endpoint.attachments()).containsExactly(Ipv4SocketAddress.parse("10.0.0.2:6090"));
    }

    @Test
    void hasEveryKeyInTheOrderOfTheDocument() throws InvalidDocument {
        LoadBalancer balancer = fragments.loadBalancer(bytes("{name: b, listener: {target-group: g}}"));
        assertThat(fragments.write(balancer).keySet())
                .containsExactly(
                        "name",
                        "zones",
                        "cross-zone",
                        "ip-address-type",
                        "deletion-protection",
                        "listener",
                        "packets",
                        "tags");
        assertThat(fragments.write(balancer)).containsEntry("listener", fragments.write(balancer.listener()));
        assertThat(fragments.write(balancer.listener()))
                .containsEntry("tcp-idle-timeout", "350s")
                .containsEntry("send-tcp-reset-on-idle-timeout", false);
        Endpoint endpoint = fragments.endpoint(
                bytes("{id: vpce-0a1b2c3d4e5f60718, vni: 1, load-balancer: b, attachments: [\"10.0.0.2\"]}"));
        assertThat(fragments.write(endpoint)).doesNotContainKey("connection").doesNotContainKey("service");
        assertThat(fragments.write(endpoint.with(Admission.REJECTED)))
                .containsEntry("connection", "rejected")
                .containsEntry("vni", 1);
    }

    @Test
    void leavesOutWhatDrains() throws InvalidDocument {
        TargetGroup group = fragments.targetGroup(bytes("{name: g, targets: [{id: 10.1.0.11}, {id: 10.1.0.12}]}"));
        TargetGroup draining = group.withTargets(
                List.of(group.targets().getFirst(), group.targets().getLast().deregistered(5)));
        assertThat(fragments.write(draining))
                .containsEntry(
                        "targets", List.of(fragments.write(group.targets().getFirst())));
    }
}
