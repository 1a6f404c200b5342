// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.NodeConfigReader;
import io.sluice.node.config.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the processes of a shape are told, as a node reads it. */
class PartDocumentsTest {

    private static final String WHOLE = """
            node: {id: gw-1, zone: az1, flow-capacity: 10000}
            ingress: {listen: "10.0.0.1:6080"}
            appliances: {listen: "10.1.1.1:6081"}
            admin: {listen: "127.0.0.1:8080"}
            target-groups:
              - {name: firewalls, deregistration-delay: 0s, targets: [{id: 10.1.1.11, zone: az1, weight: 7}]}
            load-balancers:
              - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
            endpoint-services:
              - {name: offer, load-balancers: [inspection], account: "000000000001"}
            """;

    @TempDir
    private Path directory;

    private List<NodeConfig> read(Shape shape) throws Exception {
        PartDocuments documents = new PartDocuments(WHOLE, shape, "127.0.0.1:8080");
        List<NodeConfig> parts = new ArrayList<>();
        for (int index = 0; index < shape.parts().size(); index++) {
            Path file = Files.writeString(directory.resolve("part.yaml"), documents.configuration(index));
            parts.add(NodeConfigReader.read(file, null));
        }
        return parts;
    }

    @ParameterizedTest
    @EnumSource(value = Shape.class, mode = EnumSource.Mode.EXCLUDE, names = "ALL_IN_ONE")
    void everyRoleIsSomewhereAndNoProcessHasThePacketPathAlone(Shape shape) throws Exception {
        Set<Role> all = EnumSet.noneOf(Role.class);
        for (NodeConfig part : read(shape)) {
            assertThat(part.roles().containsAll(Set.of(Role.INGRESS, Role.CODEC)))
                    .as(part.id().value())
                    .isFalse();
            all.addAll(part.roles());
        }
        assertThat(all).isEqualTo(EnumSet.allOf(Role.class));
    }

    @ParameterizedTest
    @EnumSource(value = Shape.class, mode = EnumSource.Mode.EXCLUDE, names = "ALL_IN_ONE")
    void theGatewaysPartIsThatOfOneProcess(Shape shape) throws Exception {
        NodeConfig whole = NodeConfigReader.read(Files.writeString(directory.resolve("whole.yaml"), WHOLE), null);
        for (NodeConfig part : read(shape)) {
            assertThat(part.model()).isEqualTo(whole.model());
        }
    }

    @ParameterizedTest
    @EnumSource(value = Shape.class, mode = EnumSource.Mode.EXCLUDE, names = "ALL_IN_ONE")
    void noTwoProcessesShareAnIdOrAnAddress(Shape shape) throws Exception {
        List<NodeConfig> parts = read(shape);
        assertThat(parts).extracting(NodeConfig::id).doesNotHaveDuplicates();
        assertThat(parts).extracting(NodeConfig::admin).doesNotHaveDuplicates();
        assertThat(parts).extracting(part -> part.cluster().listen()).doesNotHaveDuplicates();
        assertThat(parts)
                .allSatisfy(part -> assertThat(part.cluster().expected()).hasSize(parts.size()));
    }
}
