// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static io.sluice.architecture.Rendered.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl kustomize k8s/overlays/roles} renders: a Deployment for each role; skipped where there is no kubectl. */
class KubernetesRolesTest {

    private static Rendered overlay = Rendered.NOTHING;

    @BeforeAll
    static void render(@TempDir Path directory) throws IOException, InterruptedException {
        overlay = Rendered.of("k8s/overlays/roles", directory);
    }

    @Test
    void everyRoleIsInOneProcessExactly() {
        List<Object> roles = new ArrayList<>();
        for (Object configuration : configurations()) {
            roles.addAll((List<?>) at(configuration, "node", "roles"));
        }

        assertThat(roles)
                .containsExactlyInAnyOrder(
                        "ingress", "codec", "flow-hashing", "target-selection", "health-checking", "control-api");
    }

    @Test
    void everyProcessKnowsAllMembersAndIsOneOfThem() {
        List<Object> listening = configurations().stream()
                .map(configuration -> at(configuration, "cluster", "listen"))
                .toList();

        assertThat(listening).doesNotHaveDuplicates();
        for (Object configuration : configurations()) {
            assertThat(new ArrayList<Object>((List<?>) at(configuration, "cluster", "members")))
                    .containsExactlyInAnyOrderElementsOf(listening);
            assertThat(at(configuration, "cluster", "name")).isEqualTo("gw-1");
        }
    }

    @Test
    void noTwoProcessesWantOnePortOfTheHost() {
        List<Object> ports = new ArrayList<>();
        for (Map<?, ?> deployment : overlay.objects("Deployment")) {
            for (Object port : (List<?>) at(container(deployment), "ports")) {
                ports.add(at(port, "protocol") + " " + at(port, "hostPort"));
            }
        }

        assertThat(ports).doesNotHaveDuplicates().contains("UDP 6080", "UDP 6081", "UDP 6082", "UDP 6083");
    }

    @Test
    void theHalvesOfThePacketPathAreApartAndLinked() {
        for (String role : List.of("ingress", "codec")) {
            Object configuration = configurations().stream()
                    .filter(each -> at(each, "node", "roles").equals(List.of(role)))
                    .findFirst()
                    .orElseThrow();
            Object listen = at(configuration, "link", "listen");
            Object ports = overlay.objects("Deployment").stream()
                    .filter(deployment -> at(deployment, "metadata", "name").equals("gateway-" + role))
                    .map(deployment -> at(container(deployment), "ports"))
                    .findFirst()
                    .orElseThrow();

            assertThat(ports.toString())
                    .contains("hostPort=" + listen.toString().split(":", -1)[1] + ", name=link");
        }
    }

    @Test
    void eachMountsItsOwnConfigurationAndTheCommonSecret() {
        for (Map<?, ?> deployment : overlay.objects("Deployment")) {
            Object component = at(deployment, "spec", "selector", "matchLabels", "app.kubernetes.io/component");
            String volumes =
                    at(deployment, "spec", "template", "spec", "volumes").toString();

            assertThat(volumes).contains("configMap={name=gateway-" + component + "-", "secretName=master-secret");
            assertThat(at(container(deployment), "volumeMounts").toString()).contains("mountPath=/etc/sluice-secret");
        }
        assertThat(configurations())
                .allSatisfy(configuration -> assertThat(at(configuration, "node", "secret-file"))
                        .isEqualTo("/etc/sluice-secret/master-secret"));
    }

    @Test
    void eachKeepsItsDataOnTheHostInADirectoryOfItsOwn() {
        for (Map<?, ?> deployment : overlay.objects("Deployment")) {
            Object component = at(deployment, "spec", "selector", "matchLabels", "app.kubernetes.io/component");
            String volumes =
                    at(deployment, "spec", "template", "spec", "volumes").toString();

            assertThat(volumes)
                    .contains("{hostPath={path=/var/lib/sluice-" + component + ", type=Directory}, name=data}");
        }
    }

    @Test
    void everySelectorFindsItsOwnPods() {
        List<Object> labels = overlay.objects("Deployment").stream()
                .map(deployment -> at(deployment, "spec", "template", "metadata", "labels"))
                .toList();

        assertThat(labels).hasSize(6).doesNotHaveDuplicates();
        assertThat(overlay.objects("Service"))
                .extracting(service -> at(service, "spec", "selector"))
                .hasSameElementsAs(labels);
        assertThat(overlay.objects("PodDisruptionBudget"))
                .extracting(budget -> at(budget, "spec", "selector", "matchLabels"))
                .hasSameElementsAs(labels);
    }

    private static List<Object> configurations() {
        return overlay.objects("ConfigMap").stream()
                .map(map -> Rendered.yaml(at(map, "data", "gateway.yaml")))
                .toList();
    }

    private static Object container(Map<?, ?> deployment) {
        return ((List<?>) at(deployment, "spec", "template", "spec", "containers")).getFirst();
    }
}
