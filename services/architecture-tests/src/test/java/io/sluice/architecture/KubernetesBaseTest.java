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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl kustomize k8s/base} renders; skipped where there is no kubectl. */
class KubernetesBaseTest {

    private static Rendered base = Rendered.NOTHING;

    @BeforeAll
    static void render(@TempDir Path directory) throws IOException, InterruptedException {
        base = Rendered.of("k8s/base", directory);
    }

    @Test
    void rendersOneObjectOfEachKind() {
        assertThat(base.kinds())
                .containsExactlyInAnyOrder("Namespace", "ConfigMap", "Service", "Deployment", "PodDisruptionBudget");
    }

    @Test
    void everySelectorFindsThePod() {
        Object labels = at(object("Deployment"), "spec", "template", "metadata", "labels");

        assertThat(at(object("Deployment"), "spec", "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(object("Service"), "spec", "selector")).isEqualTo(labels);
        assertThat(at(object("PodDisruptionBudget"), "spec", "selector", "matchLabels"))
                .isEqualTo(labels);
    }

    @Test
    void podHasTheNodesNetworkAndNoPrivileges() {
        assertThat(at(pod(), "hostNetwork")).isEqualTo(true);
        assertThat(at(pod(), "automountServiceAccountToken")).isEqualTo(false);
        assertThat(at(pod(), "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(at(pod(), "securityContext", "seccompProfile", "type")).isEqualTo("RuntimeDefault");
        assertThat(at(container(), "securityContext", "allowPrivilegeEscalation"))
                .isEqualTo(false);
        assertThat(at(container(), "securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(at(container(), "securityContext", "capabilities")).isEqualTo(Map.of("drop", List.of("ALL")));
    }

    @Test
    void probesAskTheAdminRoutes() {
        assertThat(at(container(), "livenessProbe", "httpGet", "path")).isEqualTo("/healthz");
        assertThat(at(container(), "startupProbe", "httpGet", "path")).isEqualTo("/healthz");
        assertThat(at(container(), "readinessProbe", "httpGet", "path")).isEqualTo("/readyz");
        assertThat(Stream.of("livenessProbe", "startupProbe", "readinessProbe")
                        .map(probe -> at(container(), probe, "httpGet", "port")))
                .containsOnly("admin");
        assertThat(at(object("Service"), "spec", "ports").toString()).contains("targetPort=admin");
    }

    @Test
    void graceIsLongerThanTheDelayBeforeStop() {
        int delay = (Integer) at(container(), "lifecycle", "preStop", "sleep", "seconds");
        int grace = (Integer) at(pod(), "terminationGracePeriodSeconds");

        assertThat(delay).isPositive();
        assertThat(grace).isGreaterThan(2 * delay);
    }

    @Test
    void configurationIsMountedWhereTheGatewayReadsIt() {
        assertThat(at(container(), "args"))
                .isEqualTo(List.of("run", "--config", "/etc/sluice/gateway.yaml", "--data-dir", "/var/lib/sluice"));
        assertThat(at(container(), "volumeMounts").toString())
                .contains("mountPath=/etc/sluice", "mountPath=/var/lib/sluice", "mountPath=/tmp");
        assertThat(at(pod(), "volumes").toString())
                .contains("configMap={name=" + at(object("ConfigMap"), "metadata", "name") + "}");
    }

    @Test
    void portsAgreeWithTheConfiguration() {
        Object text = at(object("ConfigMap"), "data", "gateway.yaml");
        Object configuration = Rendered.yaml(text);

        assertThat(List.of(
                        port(configuration, "ingress"),
                        port(configuration, "appliances"),
                        port(configuration, "admin")))
                .isEqualTo(containerPorts());
    }

    private static List<Object> containerPorts() {
        List<Object> ports = new ArrayList<>();
        for (Object port : (List<?>) at(container(), "ports")) {
            ports.add(at(port, "containerPort"));
        }
        return ports;
    }

    private static Object port(Object configuration, String part) {
        String listen = at(configuration, part, "listen").toString();
        return Integer.valueOf(listen.substring(listen.lastIndexOf(':') + 1));
    }

    private static Object pod() {
        return at(object("Deployment"), "spec", "template", "spec");
    }

    private static Object container() {
        return ((List<?>) at(pod(), "containers")).getFirst();
    }

    private static Map<?, ?> object(String kind) {
        List<Map<?, ?>> found = base.objects(kind);
        assertThat(found).as(kind).hasSize(1);
        return found.getFirst();
    }
}
