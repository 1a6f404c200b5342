// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every key of the documented language is accepted or refused as not available yet, and the page says which. */
class ConfigurationKeysTest {

    private static final Path PAGE = Path.of("..", "..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|[^|]*\\|.*\\| ([^|]+) \\|$");
    private static final String NOT_YET = "not yet";

    /**
     * A key with a value it may have in the whole language.
     *
     * @param key path, {@code []} for an element of a list
     * @param value as JSON, which is YAML
     */
    record Key(String key, Object value, boolean available) {

        @Override
        public String toString() {
            return key;
        }

        /** The path of its problem. */
        String path() {
            return key.replace("[]", "[0]");
        }

        /** The smallest file with this key in it. */
        String yaml() {
            JsonObject root = new JsonObject("""
                    {"endpoint-services": [{"name": "inspection-svc", "load-balancers": ["inspection"]}],
                     "ingress": {"listen": "10.0.0.1"},
                     "appliances": {"listen": "10.1.0.1"},
                     "target-groups": [{"name": "firewalls", "targets": [{"id": "10.1.0.11"}]}],
                     "load-balancers": [{"name": "inspection", "listener": {"target-group": "firewalls"}}],
                     "endpoints": [{"id": "vpce-0a1b2c3d4e5f60718", "vni": 100, "load-balancer": "inspection",
                                    "attachments": ["10.0.0.2"]}]}""");
            if (key.equals("endpoints[].service")) {
                root.getJsonArray("endpoints").getJsonObject(0).remove("load-balancer");
            }
            JsonObject at = root;
            String[] steps = key.split("\\.", -1);
            for (int index = 0; index < steps.length - 1; index++) {
                String step = steps[index];
                if (step.endsWith("[]")) {
                    at = at.getJsonArray(step.substring(0, step.length() - 2)).getJsonObject(0);
                } else {
                    if (!at.containsKey(step)) {
                        at.put(step, new JsonObject());
                    }
                    at = at.getJsonObject(step);
                }
            }
            at.put(steps[steps.length - 1], value);
            return root.encodePrettily();
        }
    }

    private static Key yes(String key, Object value) {
        return new Key(key, value, true);
    }

    private static Key notYet(String key, Object value) {
        return new Key(key, value, false);
    }

    private static JsonObject json(String text) {
        return new JsonObject(text);
    }

    static Stream<Key> keys() {
        return Stream.of(
                yes("node.id", "gw-1"),
                yes("node.zone", "az1"),
                yes("node.roles", new JsonArray().add("all")),
                yes("node.shards", 0),
                yes("node.transport", "nio"),
                yes("node.flow-capacity", 1_000_000),
                yes("node.secret-file", "secrets/master"),
                yes("node.accepted-secret-file", "secrets/former"),
                yes("cluster.name", "sluice"),
                yes("cluster.listen", "127.0.0.1:5701"),
                yes("cluster.members", new JsonArray().add("10.2.0.1:5701").add("10.2.0.2:5701")),
                notYet("cluster.kubernetes", json("{\"service\": \"sluice-cluster\"}")),
                yes("cluster.expected-members", 2),
                yes("cluster.allow-two-node", false),
                yes("cluster.probers", 3),
                yes("ingress.listen", "10.0.0.1:6080"),
                yes("appliances.listen", "10.1.0.1:6081"),
                yes("appliances.zones", json("{\"az2\": \"10.1.0.2:6081\"}")),
                yes("appliances.source-ports", 4),
                yes("link.listen", "10.3.0.1:6082"),
                yes("admin.listen", "127.0.0.1:8080"),
                yes("admin.tls", json("{\"certificate\": \"tls.crt\", \"key\": \"tls.key\"}")),
                notYet("journal", json("{\"mode\": \"all\"}")),
                yes("zones", new JsonArray().add("az1").add("az2")),
                yes("target-groups[].name", "firewalls"),
                yes("target-groups[].target-type", "ip"),
                yes("target-groups[].health-check.protocol", "HTTP"),
                yes("target-groups[].health-check.port", 80),
                yes("target-groups[].health-check.path", "/"),
                yes("target-groups[].health-check.interval", "10s"),
                yes("target-groups[].health-check.timeout", "5s"),
                yes("target-groups[].health-check.healthy-threshold", 5),
                yes("target-groups[].health-check.unhealthy-threshold", 2),
                yes("target-groups[].stickiness", "5-tuple"),
                yes("target-groups[].target-failover", "no_rebalance"),
                yes("target-groups[].deregistration-delay", "300s"),
                yes("target-groups[].send-tcp-reset.on-unhealthy", true),
                yes("target-groups[].send-tcp-reset.on-deregistration", true),
                yes("target-groups[].fail-open", "forward"),
                yes("target-groups[].slow-start", "0s"),
                yes("target-groups[].probe.data-path", true),
                yes("target-groups[].probe.negative", true),
                yes("target-groups[].probe.interval", "100ms"),
                yes("target-groups[].probe.failures", 3),
                yes("target-groups[].passive-detection.enabled", true),
                yes("target-groups[].passive-detection.silence", "300ms"),
                yes("target-groups[].return-tuple-check", true),
                yes("target-groups[].targets[].id", "10.1.0.11"),
                yes("target-groups[].targets[].zone", "az1"),
                yes("target-groups[].targets[].weight", 1),
                yes("target-groups[].targets[].port", 6_081),
                yes("target-groups[].tags", json("{\"team\": \"net\"}")),
                yes("load-balancers[].name", "inspection"),
                yes("load-balancers[].zones", new JsonArray().add("az1").add("az2")),
                yes("load-balancers[].cross-zone", false),
                yes("load-balancers[].ip-address-type", "dualstack"),
                yes("load-balancers[].deletion-protection", false),
                yes("load-balancers[].packets.fragments", "follow"),
                yes("load-balancers[].packets.icmp-error-affinity", "3-tuple"),
                yes("load-balancers[].packets.pmtud", true),
                yes("load-balancers[].packets.mss-clamp", 1_360),
                yes("load-balancers[].packets.tcp-midstream-pickup", true),
                yes("load-balancers[].packets.mtu", 1_432),
                yes("load-balancers[].listener.target-group", "firewalls"),
                yes("load-balancers[].listener.tcp-idle-timeout", "350s"),
                yes("load-balancers[].listener.send-tcp-reset-on-idle-timeout", false),
                yes("load-balancers[].tags", json("{\"team\": \"net\"}")),
                yes("endpoint-services[].name", "inspection-svc"),
                yes("endpoint-services[].load-balancers", new JsonArray().add("inspection")),
                yes("endpoint-services[].acceptance-required", false),
                yes("endpoint-services[].allowed-principals", new JsonArray().add("*")),
                yes(
                        "endpoint-services[].ip-address-types",
                        new JsonArray().add("ipv4").add("ipv6")),
                yes("endpoint-services[].account", "000000000000"),
                yes("endpoint-services[].tags", json("{\"team\": \"net\"}")),
                yes("endpoints[].id", "vpce-0a1b2c3d4e5f60718"),
                yes("endpoints[].vni", 100),
                yes("endpoints[].zone", "az1"),
                yes("endpoints[].account", "000000000000"),
                yes("endpoints[].service", "inspection-svc"),
                yes("endpoints[].load-balancer", "inspection"),
                yes("endpoints[].attachments", new JsonArray().add("10.0.0.2")),
                yes("endpoints[].inner", "ip"),
                yes("endpoints[].ip-address-type", "ipv4"),
                yes("endpoints[].connection", "accepted"),
                yes("endpoints[].tags", json("{\"team\": \"net\"}")),
                yes("endpoints[].flow-quota", 0));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void acceptsTheKeyOrSaysThatItIsNotAvailableYet(Key key) {
        List<String> problems = Configurations.problems(key.yaml());
        if (key.available()) {
            assertThat(problems).isEmpty();
        } else {
            assertThat(problems)
                    .singleElement()
                    .asString()
                    .matches("gateway\\.yaml:\\d+: " + Pattern.quote(key.path())
                            + ": not available yet in this release: remove the key");
        }
    }

    /** Values of available keys that belong to the whole language only. */
    static Stream<Key> values() {
        return Stream.of(notYet("target-groups[].target-type", "instance"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void saysOfAValueThatItIsNotAvailableYet(Key key) {
        assertThat(Configurations.problems(key.yaml()))
                .singleElement()
                .asString()
                .contains(key.path())
                .contains("not available yet in this release");
    }

    @Test
    void hasAPageThatNamesEveryKeyAndWhetherItIsAvailable() throws IOException {
        Map<String, Boolean> documented = ROW.matcher(Files.readString(PAGE))
                .results()
                .collect(Collectors.toMap(
                        row -> row.group(1), row -> !row.group(2).equals(NOT_YET)));
        assertThat(documented).isEqualTo(keys().collect(Collectors.toMap(Key::key, Key::available)));
    }

    @Test
    void hasAPageWhoseExampleIsWhatTheReaderSays() throws IOException {
        Matcher example = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(example.find()).isTrue();
        String yaml = Configurations.LEAST
                .replace("name: firewalls", "name: firewalls, health-check: {interval: 4s}")
                .replace("target-group: firewalls", "target-group: firewall");
        assertThat(Configurations.problems(yaml).stream().map(ConfigurationKeysTest::withoutLine))
                .containsExactlyElementsOf(example.group(1)
                        .lines()
                        .map(ConfigurationKeysTest::withoutLine)
                        .toList());
    }

    private static String withoutLine(String problem) {
        return problem.replaceFirst(":\\d+:", ":");
    }
}
