// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.contract.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A client that uses every operation, and a proxy that holds each request and reply against the contract. */
class EveryOperationTest {

    private static final String JSON = "application/json";
    private static final String PATCH = "application/merge-patch+json";

    private record Step(int status, String method, String path, String body) {}

    private static Step step(int status, String method, String path) {
        return new Step(status, method, path, "");
    }

    private static Step step(int status, String method, String path, String body) {
        return new Step(status, method, path, body);
    }

    private static final String ENDPOINT = "vpce-0000000000000000a";

    private static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (String path : List.of(
                "/healthz",
                "/readyz",
                "/metrics",
                "/openapi.yaml",
                "/docs",
                "/docs/page.js",
                "/docs/swagger-ui.css",
                "/docs/swagger-ui-bundle.js",
                "/v1/config",
                "/v1/flows?limit=10",
                "/v1/drops",
                "/v1/nodes",
                "/v1/targets",
                "/v1/limits")) {
            steps.add(step(200, "GET", path));
        }
        steps.addAll(List.of(
                step(200, "GET", "/v1/zones?limit=1"),
                step(200, "GET", "/v1/zones/az1"),
                step(201, "PUT", "/v1/zones/az9"),
                step(200, "PUT", "/v1/zones/az9"),
                step(409, "DELETE", "/v1/zones/az1"),
                step(200, "DELETE", "/v1/zones/az9?dry-run=true"),
                step(204, "DELETE", "/v1/zones/az9"),
                step(200, "GET", "/v1/config/revisions?limit=1"),
                step(200, "GET", "/v1/config/revisions/2"),
                step(200, "GET", "/v1/config/conflicts?limit=5"),
                step(404, "GET", "/v1/config/conflicts/7777"),
                step(404, "POST", "/v1/config/revisions/7777/rollback"),
                step(200, "POST", "/v1/config/revisions/2/rollback?dry-run=true"),
                step(200, "GET", "/v1/target-groups?name-prefix=fire&zone=az1&tag=team"),
                step(201, "POST", "/v1/target-groups", "{\"name\": \"new\", \"deregistration-delay\": \"0s\"}"),
                step(200, "GET", "/v1/target-groups/new"),
                step(200, "PUT", "/v1/target-groups/new", "{\"name\": \"new\", \"slow-start\": \"30s\"}"),
                step(200, "PATCH", "/v1/target-groups/new", "{\"health-check\": {\"port\": 8080}}"),
                step(200, "GET", "/v1/target-groups/firewalls/targets?state=initial&zone=az1"),
                step(201, "POST", "/v1/target-groups/new/targets", "{\"id\": \"10.1.0.21\", \"zone\": \"az1\"}"),
                step(200, "GET", "/v1/target-groups/new/targets/10.1.0.21"),
                step(200, "PUT", "/v1/target-groups/new/targets/10.1.0.21", "{\"id\": \"10.1.0.21\", \"weight\": 2}"),
                step(201, "PUT", "/v1/target-groups/new/targets/10.1.0.22"),
                step(200, "PUT", "/v1/target-groups/new/targets/10.1.0.22?lease=30s"),
                step(200, "PATCH", "/v1/target-groups/new/targets/10.1.0.21", "{\"weight\": 9}"),
                step(204, "DELETE", "/v1/target-groups/new/targets/10.1.0.21"),
                step(200, "GET", "/v1/load-balancers?tag=team%3Dnetwork&zone=az2"),
                step(
                        201,
                        "POST",
                        "/v1/load-balancers",
                        "{\"name\": \"new\", \"zones\": [\"az1\"], \"listener\": {\"target-group\": \"new\"}}"),
                step(200, "GET", "/v1/load-balancers/new"),
                step(
                        200,
                        "PUT",
                        "/v1/load-balancers/new",
                        "{\"name\": \"new\", \"zones\": [\"az1\", \"az2\"], \"listener\": {\"target-group\": \"new\"}}"),
                step(200, "PATCH", "/v1/load-balancers/new?dry-run=true", "{\"cross-zone\": true}"),
                step(200, "PATCH", "/v1/load-balancers/new", "{\"cross-zone\": true}"),
                step(200, "GET", "/v1/load-balancers/new/listener"),
                step(200, "PUT", "/v1/load-balancers/new/listener", "{\"target-group\": \"spare\"}"),
                step(200, "PATCH", "/v1/load-balancers/new/listener", "{\"tcp-idle-timeout\": \"10m\"}"),
                step(200, "GET", "/v1/endpoint-services?name-prefix=insp"),
                step(201, "POST", "/v1/endpoint-services", "{\"name\": \"svc\", \"load-balancers\": [\"new\"]}"),
                step(200, "GET", "/v1/endpoint-services/svc"),
                step(200, "PATCH", "/v1/endpoint-services/svc", "{\"allowed-principals\": [\"*\"]}"),
                step(
                        200,
                        "PUT",
                        "/v1/endpoint-services/svc",
                        "{\"name\": \"svc\", \"load-balancers\": [\"new\"], \"ip-address-types\": [\"ipv4\", \"ipv6\"]}"),
                step(200, "GET", "/v1/endpoints?state=available"),
                step(
                        201,
                        "POST",
                        "/v1/endpoints",
                        "{\"id\": \"" + ENDPOINT
                                + "\", \"vni\": 300, \"zone\": \"az1\", \"service\": \"svc\", \"attachments\": [\"10.0.0.9\"]}"),
                step(200, "GET", "/v1/endpoints/" + ENDPOINT),
                step(200, "GET", "/v1/endpoint-services/svc/endpoints?state=pendingAcceptance"),
                step(200, "POST", "/v1/endpoint-services/svc/endpoints/" + ENDPOINT + "/accept"),
                step(200, "POST", "/v1/endpoint-services/svc/endpoints/" + ENDPOINT + "/reject"),
                step(404, "POST", "/v1/endpoint-services/inspection-svc/endpoints/" + ENDPOINT + "/accept"),
                step(409, "DELETE", "/v1/endpoint-services/svc"),
                step(200, "PATCH", "/v1/endpoints/" + ENDPOINT, "{\"attachments\": [\"10.0.0.10:7000\"]}"),
                step(
                        200,
                        "PUT",
                        "/v1/endpoints/" + ENDPOINT,
                        "{\"id\": \"" + ENDPOINT
                                + "\", \"vni\": 301, \"load-balancer\": \"new\", \"attachments\": [\"10.0.0.9\"]}"),
                step(200, "GET", "/v1/tags?tag=team&kind=load-balancer"),
                step(200, "GET", "/v1/tags/endpoint/" + ENDPOINT),
                step(200, "PUT", "/v1/tags/load-balancer/new", "{\"team\": \"network\", \"env\": \"test\"}"),
                step(200, "PATCH", "/v1/tags/load-balancer/new", "{\"env\": null}"),
                step(204, "DELETE", "/v1/endpoints/" + ENDPOINT),
                step(204, "DELETE", "/v1/endpoint-services/svc"),
                step(204, "DELETE", "/v1/load-balancers/new"),
                step(409, "DELETE", "/v1/target-groups/firewalls"),
                step(204, "DELETE", "/v1/target-groups/new"),
                step(200, "PUT", "/v1/config?dry-run=true", "{\"zones\": [\"az1\"]}"),
                step(200, "GET", "/v1/tokens"),
                step(201, "POST", "/v1/tokens", "{\"name\": \"deploy\", \"role\": \"admin\"}"),
                step(204, "DELETE", "/v1/tokens/deploy"),
                step(200, "GET", "/v1/audit"),
                step(
                        400,
                        "GET",
                        "/v1/trace?endpoint=vpce-00000000000000001&source=10.20.0.5&destination=2001:db8::1&protocol=6"),
                step(404, "GET", "/v1/trace?endpoint=vpce-0000000000000000f&source=10.20.0.5&destination=10.20.0.6"),
                step(
                        200,
                        "GET",
                        "/v1/trace?endpoint=vpce-00000000000000002&source=10.20.0.5&destination=203.0.113.10"
                                + "&source-port=40000&destination-port=443&zone=az1"),
                step(200, "GET", "/v1/events?kind=drop&seconds=1")));
        return steps;
    }

    @Test
    void clientAndServerAgreeOnEveryOperation() throws Exception {
        try (LiveApi api = new LiveApi()) {
            ValidatingProxy proxy = new ValidatingProxy(api.vertx, api.address);
            try (Client client = new Client(proxy.address)) {
                for (Step step : steps()) {
                    if (step.body.isEmpty()) {
                        client.expect(step.status, step.method, step.path, "");
                    } else {
                        String type = step.method.equals("PATCH") ? PATCH : JSON;
                        client.expect(step.status, step.method, step.path, step.body, "Content-Type", type);
                    }
                }
            }
            assertThat(proxy.violations).isEmpty();
            assertThat(proxy.answered).isEqualTo(new TreeSet<>(Contract.load().operationIds()));
        }
    }
}
