// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static io.sluice.node.config.Configurations.LEAST;
import static io.sluice.node.config.Configurations.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.model.config.TargetFailover;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wrong file is refused with file, line, key and what would be valid; all its problems at once. */
class ConfigurationErrorsTest {

    /** A file, and every line the reader says of it, without the file's name. */
    record Wrong(String name, String yaml, List<String> problems) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Wrong wrong(String name, String yaml, String... problems) {
        return new Wrong(name, yaml, List.of(problems));
    }

    /** The least file, whose keys are on lines 1 to 5, with more after it. */
    private static Wrong also(String name, String more, String... problems) {
        return wrong(name, LEAST + more, problems);
    }

    /** The least file with something else in place of a part of it. */
    private static Wrong instead(String name, String part, String other, String... problems) {
        assertThat(LEAST).contains(part);
        return wrong(name, LEAST.replace(part, other), problems);
    }

    private static String times(int count, String text) {
        return text.repeat(count);
    }

    static Stream<Wrong> shapes() {
        String empty = "1: the file is empty: expected at least target-groups, load-balancers and endpoints";
        return Stream.of(
                wrong("an empty file", "", empty),
                wrong("only comments", "# nothing\n\n# here\n", empty),
                wrong(
                        "only a document start",
                        "---\n",
                        "2: expected keys and values, found nothing",
                        "2: ingress: this key is required for the role ingress",
                        "2: appliances: this key is required for the role codec"),
                wrong(
                        "a list",
                        "- a\n- b\n",
                        "1: expected keys and values, found a list",
                        "1: ingress: this key is required for the role ingress",
                        "1: appliances: this key is required for the role codec"),
                wrong("two documents", LEAST + "---\nnode: {}\n", "6: a second document starts here: expected one"),
                wrong(
                        "a tab as indentation",
                        "node:\n\tid: x\n",
                        "2: not YAML: while scanning for the next token, found character '\\t(TAB)' that cannot start any"
                                + " token. (Do not use \\t(TAB) for indentation)"),
                wrong(
                        "a list that does not end",
                        "node: {roles: [all\n",
                        "2: not YAML: while parsing a flow sequence, expected ',' or ']', but got <stream end>"),
                wrong(
                        "a control character",
                        "node:\n  id: \"a\u0007b\"\n",
                        "2: not YAML: character U+0007 is not possible here"),
                wrong(
                        "an alias of a mapping",
                        "node: &n {id: a}\ncluster: *n\n",
                        "2: an alias is not possible here: expected the value itself"),
                wrong(
                        "an alias of a value, twice",
                        "node:\n  id: &n a\n  zone: *n\ncluster: {name: *n}\n",
                        "3: an alias is not possible here: expected the value itself",
                        "4: an alias is not possible here: expected the value itself"),
                wrong(
                        "a merge key",
                        "base: &b {id: a}\nnode:\n  <<: *b\n",
                        "3: an alias is not possible here: expected the value itself"),
                wrong(
                        "a tag",
                        "node:\n  id: !!str a\n  zone: !secret z\n",
                        "2: the tag 'tag:yaml.org,2002:str' is not possible here: expected the value without it",
                        "3: the tag '!secret' is not possible here: expected the value without it"),
                wrong(
                        "an alias bomb",
                        "a: &a [x, x]\n"
                                + IntStream.range(0, 60)
                                        .mapToObj(n -> "a%d: &a%d [*a, *a]\n".formatted(n, n))
                                        .collect(Collectors.joining()),
                        Stream.concat(
                                        IntStream.range(0, 100)
                                                .mapToObj(n -> (2 + n / 2)
                                                        + ": an alias is not possible here: expected the value itself"),
                                        Stream.of("51: and 20 problems more"))
                                .toArray(String[]::new)),
                wrong("deep nesting", "node: " + times(100_000, "["), "1: nested deeper than 32 levels"),
                wrong(
                        "more than a configuration needs",
                        "zones:\n" + times(530_000, "- x\n"),
                        "524285: there is too much before this line: expected at most 524288 keys, values, and beginnings"
                                + " and ends of lists and mappings"),
                wrong(
                        "deep nesting in blocks",
                        IntStream.range(0, 1_000)
                                .mapToObj(n -> times(n, " ") + "k:\n")
                                .collect(Collectors.joining()),
                        "33: nested deeper than 32 levels"));
    }

    static Stream<Wrong> keys() {
        return Stream.of(
                also(
                        "an unknown key",
                        "colour: red\n",
                        "6: colour: unknown key: expected one of admin, appliances, cluster, endpoint-services, endpoints, ingress,"
                                + " link, load-balancers, node, target-groups, zones"),
                also(
                        "an unknown key inside",
                        "node:\n  id: a\n  colour: red\n",
                        "8: node.colour: unknown key: expected one of accepted-secret-file, flow-capacity, id, roles,"
                                + " secret-file, shards, transport, zone"),
                also(
                        "an unknown key with another case",
                        "node: {ID: a}\n",
                        "6: node.ID: unknown key: expected one of accepted-secret-file, flow-capacity, id, roles,"
                                + " secret-file, shards, transport, zone"),
                instead(
                        "an unknown key in a list",
                        "id: 10.1.0.11",
                        "id: 10.1.0.11, colour: red",
                        "3: target-groups[0].targets[0].colour: unknown key: expected one of id, port, weight, zone"),
                also(
                        "a key twice",
                        "node: {id: a}\nnode: {id: b}\n",
                        "7: node: this key is there twice: expected once"),
                also(
                        "a key twice inside",
                        "node:\n  id: a\n  zone: az1\n  id: b\n",
                        "9: node.id: this key is there twice: expected once"),
                instead(
                        "a broken key said once although others look at it",
                        "{listen: \"10.0.0.1\"}",
                        "{listen: \"10.0.0.1:99999\"}",
                        "1: ingress.listen: port 99999 is out of range: expected 1 to 65535"),
                also("a list as a key", "? [a, b]\n: c\n", "6: expected a word as key, found a list"),
                also(
                        "an alias-free merge key",
                        "node: {<<: {id: a}}\n",
                        "6: node.<<: unknown key: expected one of accepted-secret-file, flow-capacity, id, roles,"
                                + " secret-file, shards, transport, zone"));
    }

    static Stream<Wrong> types() {
        return Stream.of(
                also("a value for keys and values", "node: gw-1\n", "6: node: expected keys and values, found 'gw-1'"),
                also("nothing for keys and values", "node:\n", "6: node: expected keys and values, found nothing"),
                also(
                        "a list for keys and values",
                        "cluster: []\n",
                        "6: cluster: expected keys and values, found a list"),
                also("a value for a list", "node: {roles: all}\n", "6: node.roles: expected a list, found 'all'"),
                also(
                        "keys for a value",
                        "node: {id: {a: b}}\n",
                        "6: node.id: expected a single value, found keys and values"),
                also(
                        "a list in a list",
                        "node: {roles: [[all]]}\n",
                        "6: node.roles[0]: expected a single value, found a list"),
                instead(
                        "a value for an element",
                        "[{id: 10.1.0.11}]",
                        "[10.1.0.11]",
                        "3: target-groups[0].targets[0]: expected keys and values, found '10.1.0.11'",
                        "3: target-groups[0].targets[0].id: this key is required"),
                also(
                        "a word for a number",
                        "node: {flow-capacity: many}\n",
                        "6: node.flow-capacity: 'many': expected a whole number from 1024 to 16000000"),
                also(
                        "a fraction for a whole number",
                        "node: {flow-capacity: 2e6}\n",
                        "6: node.flow-capacity: '2e6': expected a whole number from 1024 to 16000000"),
                instead(
                        "a duration without a unit",
                        "listener: {",
                        "listener: {tcp-idle-timeout: 350, ",
                        "4: load-balancers[0].listener.tcp-idle-timeout: '350': expected a duration from 60s to 6000s,"
                                + " written like 350s, 5m or 300ms"),
                also(
                        "a name for an address",
                        "admin: {listen: \"localhost:8080\"}\n",
                        "6: admin.listen: 'localhost' is no IPv4 address: expected for example 10.0.0.1"),
                also(
                        "IPv6 for an address",
                        "admin: {listen: \"[::1]:8080\"}\n",
                        "6: admin.listen: '[' is no IPv4 address: expected for example 10.0.0.1"),
                also(
                        "an unknown word",
                        "node: {transport: raw}\n",
                        "6: node.transport: 'raw': expected one of epoll, io_uring, io_uring_channel, nio"),
                also(
                        "an unknown role",
                        "node: {roles: [ingress, codecs]}\n",
                        "6: node.roles: 'codecs' is no role: expected all or some of ingress, codec, flow-hashing,"
                                + " target-selection, health-checking, control-api"),
                also(
                        "no role",
                        "node: {roles: []}\n",
                        "6: node.roles: no role is given: expected all or some of ingress, codec, flow-hashing,"
                                + " target-selection, health-checking, control-api"),
                also(
                        "an ingress alone and no link",
                        "node: {roles: [ingress, control-api]}\n",
                        "1: link: this key is required where ingress and codec are different processes"),
                wrong(
                        "a codec alone with addresses for other zones",
                        LEAST.replace("\"10.1.0.1\"", "\"10.1.0.1\", zones: {az2: \"10.1.0.2\"}")
                                + "node: {roles: [codec]}\nzones: [az1, az2]\nlink: {listen: \"10.3.0.1\"}\n",
                        "2: appliances: a process with the role codec and without ingress serves its own zone, az1, alone:"
                                + " expected no addresses for other zones"),
                also(
                        "a link at an address that is taken",
                        "link: {listen: \"10.0.0.1:6080\"}\n",
                        "6: link: 10.0.0.1:6080 is an address of ingress or appliances too: expected another address or"
                                + " port"),
                also(
                        "a file name that cannot be",
                        "node: {secret-file: \"a\\0b\"}\n",
                        "6: node.secret-file: Nul character not allowed: a?b"),
                also(
                        "no file name",
                        "node: {secret-file: \"\"}\n",
                        "6: node.secret-file: '' is no file: expected a path, relative to the data directory or not"),
                also(
                        "a name that steers a terminal",
                        "node: {id: \"\\e[2J\\n\"}\n",
                        "6: node.id: '?[2J?' is no node id: expected 1 to 64 letters, digits, dots, underscores or"
                                + " hyphens"),
                also(
                        "a name of a megabyte",
                        "node: {id: " + times(1_000_000, "x") + "}\n",
                        "6: node.id: '" + times(249, "x") + " ... " + times(171, "x")
                                + "' is no node id: expected 1 to 64 letters, digits, dots, underscores or hyphens"));
    }

    static Stream<Wrong> ranges() {
        return Stream.of(
                also(
                        "few flows",
                        "node: {flow-capacity: 1023}\n",
                        "6: node.flow-capacity: '1023': expected a whole number from 1024 to 16000000"),
                also(
                        "many flows",
                        "node: {flow-capacity: 16000001}\n",
                        "6: node.flow-capacity: '16000001': expected a whole number from 1024 to 16000000"),
                also(
                        "more than an int",
                        "node: {flow-capacity: 99999999999}\n",
                        "6: node.flow-capacity: '99999999999': expected a whole number from 1024 to 16000000"),
                also(
                        "fewer shards than none",
                        "node: {shards: -1}\n",
                        "6: node.shards: '-1': expected a whole number from 0 to 64"),
                also(
                        "more shards than there are",
                        "node: {shards: 65}\n",
                        "6: node.shards: '65': expected a whole number from 0 to 64"),
                instead(
                        "source ports",
                        "{listen: \"10.1.0.1\"}",
                        "{listen: \"10.1.0.1\", source-ports: 17}",
                        "2: appliances.source-ports: '17': expected a whole number from 1 to 16"),
                instead(
                        "a vni of 25 bits",
                        "vni: 100",
                        "vni: 16777216",
                        "5: endpoints[0].vni: '16777216': expected a whole number from 0 to 16777215"),
                instead(
                        "a negative vni",
                        "vni: 100",
                        "vni: -1",
                        "5: endpoints[0].vni: '-1': expected a whole number from 0 to 16777215"),
                instead(
                        "health check values",
                        "name: firewalls,",
                        "name: firewalls, health-check: {port: 0, path: x, interval: 4999ms, timeout: 121s,"
                                + " healthy-threshold: 1, unhealthy-threshold: 11},",
                        "3: target-groups[0].health-check.port: '0': expected a whole number from 1 to 65535, or"
                                + " traffic-port for 6081",
                        "3: target-groups[0].health-check.path: 'x': expected 1 to 1024 printable characters starting with"
                                + " '/', without spaces",
                        "3: target-groups[0].health-check.interval: '4999ms': expected a duration from 5s to 300s, written"
                                + " like 350s, 5m or 300ms",
                        "3: target-groups[0].health-check.timeout: '121s': expected a duration from 2s to 120s, written"
                                + " like 350s, 5m or 300ms",
                        "3: target-groups[0].health-check.healthy-threshold: '1': expected a whole number from 2 to 10",
                        "3: target-groups[0].health-check.unhealthy-threshold: '11': expected a whole number from 2 to 10"),
                instead(
                        "a path that would be two requests",
                        "name: firewalls,",
                        "name: firewalls, health-check: {path: \"/ HTTP/1.1\\r\\nX: y\"},",
                        "3: target-groups[0].health-check.path: '/ HTTP/1.1??X: y': expected 1 to 1024 printable"
                                + " characters starting with '/', without spaces"),
                instead(
                        "a timeout longer than the interval",
                        "name: firewalls,",
                        "name: firewalls, health-check: {interval: 5s, timeout: 6s},",
                        "3: target-groups[0].health-check: health-check interval 5000 ms is shorter than the timeout of"
                                + " 6000 ms"),
                instead(
                        "weight and port",
                        "id: 10.1.0.11",
                        "id: 10.1.0.11, weight: 1001, port: 65536",
                        "3: target-groups[0].targets[0].weight: '1001': expected a whole number from 1 to 1000",
                        "3: target-groups[0].targets[0].port: '65536': expected a whole number from 1 to 65535"),
                instead(
                        "301 targets",
                        "{id: 10.1.0.11}",
                        IntStream.range(0, 301)
                                .mapToObj(n -> "{id: 10.1.%d.%d}".formatted(n / 200, n % 200 + 1))
                                .collect(Collectors.joining(", ")),
                        "3: target-groups[0].targets: 301 are too many: expected at most 300"),
                instead(
                        "an idle timeout",
                        "listener: {",
                        "listener: {tcp-idle-timeout: 59s, ",
                        "4: load-balancers[0].listener.tcp-idle-timeout: '59s': expected a duration from 60s to 6000s,"
                                + " written like 350s, 5m or 300ms"),
                instead(
                        "no attachments",
                        "[\"10.0.0.2\"]",
                        "[]",
                        "5: endpoints[0].attachments: 0 are given: expected 1 to 16"),
                instead(
                        "17 attachments",
                        "[\"10.0.0.2\"]",
                        IntStream.range(1, 18).mapToObj(n -> "10.0.9." + n).collect(Collectors.joining(", ", "[", "]")),
                        "5: endpoints[0].attachments: 17 are given: expected 1 to 16"),
                instead(
                        "an attachment that is every host",
                        "[\"10.0.0.2\"]",
                        "[\"0.0.0.0\", 224.0.0.1, 255.255.255.255]",
                        "5: endpoints[0].attachments[0]: '0.0.0.0' is no address of one host: expected for example 10.0.0.1",
                        "5: endpoints[0].attachments[1]: '224.0.0.1' is no address of one host: expected for example 10.0.0.1",
                        "5: endpoints[0].attachments[2]: '255.255.255.255' is no address of one host: expected for example"
                                + " 10.0.0.1"),
                instead(
                        "an ingress at every address",
                        "{listen: \"10.0.0.1\"}",
                        "{listen: \"0.0.0.0:6080\"}",
                        "1: ingress.listen: '0.0.0.0:6080' is no address of one host: expected for example 10.0.0.1"),
                instead(
                        "another GENEVE port",
                        "{listen: \"10.1.0.1\"}",
                        "{listen: \"10.1.0.1:6082\"}",
                        "2: appliances.listen: '10.1.0.1:6082': appliances answer to port 6081 (W-3): expected an address"
                                + " with that port or none"),
                instead(
                        "an endpoint at the node's own ingress",
                        "attachments: [\"10.0.0.2\"]",
                        "attachments: [\"10.0.0.2\", \"10.0.0.1:6080\"]",
                        "5: endpoints: endpoint vpce-0a1b2c3d4e5f60718 has this node's own ingress address 10.0.0.1:6080 as"
                                + " an attachment: its packets would come back for ever"),
                also(
                        "no prober",
                        "cluster: {probers: 0}\n",
                        "6: cluster.probers: '0': expected a whole number from 1 to 16"),
                also(
                        "too many probers",
                        "cluster: {probers: 17}\n",
                        "6: cluster.probers: '17': expected a whole number from 1 to 16"),
                also(
                        "a cluster's name",
                        "cluster: {name: \"my cluster\"}\n",
                        "6: cluster.name: 'my cluster' is no cluster name: expected 1 to 64 letters, digits, dots,"
                                + " underscores or hyphens"),
                instead(
                        "a group's name",
                        "name: firewalls,",
                        "name: fire_walls,",
                        "3: target-groups[0].name: 'fire_walls' is no target group name: expected 1 to 32 letters, digits or"
                                + " hyphens, without a hyphen at either end"),
                instead(
                        "an endpoint's id",
                        "vpce-0a1b2c3d4e5f60718",
                        "vpce-1",
                        "5: endpoints[0].id: 'vpce-1' is no endpoint id: expected vpce-0 and 16 hex digits, for example"
                                + " vpce-0a1b2c3d4e5f60718"));
    }

    static Stream<Wrong> rules() {
        String duration = ", written like 350s, 5m or 300ms";
        return Stream.of(
                instead(
                        "words of target groups",
                        "name: firewalls,",
                        "name: firewalls, stickiness: 4-tuple, target-failover: move, fail-open: yes, return-tuple-check: no,"
                                + " health-check: {protocol: UDP},",
                        "3: target-groups[0].stickiness: '4-tuple': expected one of 2-tuple, 3-tuple, 5-tuple",
                        "3: target-groups[0].health-check.protocol: 'UDP': expected one of HTTP, HTTPS, TCP",
                        "3: target-groups[0].target-failover: 'move': expected one of no_rebalance, rebalance",
                        "3: target-groups[0].fail-open: 'yes': expected one of bypass, drop, forward",
                        "3: target-groups[0].return-tuple-check: 'no': expected one of false, true"),
                instead(
                        "durations of target groups",
                        "name: firewalls,",
                        "name: firewalls, deregistration-delay: 3601s, slow-start: 901s,",
                        "3: target-groups[0].deregistration-delay: '3601s': expected a duration from 0s to 3600s"
                                + duration,
                        "3: target-groups[0].slow-start: '901s': expected a duration from 0s to 900s" + duration),
                instead(
                        "detections",
                        "name: firewalls,",
                        "name: firewalls, probe: {data-path: 1, interval: 9ms, failures: 0, colour: red},"
                                + " passive-detection: {silence: 99ms},",
                        "3: target-groups[0].probe.data-path: '1': expected one of false, true",
                        "3: target-groups[0].probe.interval: '9ms': expected a duration from 10ms to 60s" + duration,
                        "3: target-groups[0].probe.failures: '0': expected a whole number from 1 to 100",
                        "3: target-groups[0].probe.colour: unknown key: expected one of data-path, failures, interval,"
                                + " negative",
                        "3: target-groups[0].passive-detection.silence: '99ms': expected a duration from 100ms to 60s"
                                + duration),
                instead(
                        "packets",
                        "name: inspection,",
                        "name: inspection, ip-address-type: ipv6, packets: {fragments: hold, icmp-error-affinity: outer,"
                                + " mss-clamp: 535, mtu: 8501},",
                        "4: load-balancers[0].ip-address-type: 'ipv6': expected one of dualstack, ipv4",
                        "4: load-balancers[0].packets.fragments: 'hold': expected one of 3-tuple, follow",
                        "4: load-balancers[0].packets.icmp-error-affinity: 'outer': expected one of 3-tuple, embedded",
                        "4: load-balancers[0].packets.mss-clamp: '535': expected a whole number from 536 to 8960, or 0 for no"
                                + " clamp",
                        "4: load-balancers[0].packets.mtu: '8501': expected a whole number from 576 to 8500"),
                instead(
                        "an endpoint's owner, inside and quota",
                        "vni: 100,",
                        "vni: 100, account: 12345678901, inner: udp, flow-quota: 16000001,",
                        "5: endpoints[0].account: '12345678901': expected 12 digits, quoted",
                        "5: endpoints[0].inner: 'udp': expected one of ethernet, ip",
                        "5: endpoints[0].flow-quota: '16000001': expected a whole number from 0 to 16000000"));
    }

    private static String sticky(String stickiness, String group, String listener) {
        return LEAST.replace("name: firewalls,", "name: firewalls, stickiness: " + stickiness + ", " + group)
                .replace("{target-group: firewalls", "{target-group: firewalls" + listener);
    }

    /** T4: one key is both attributes, so they cannot differ. */
    @ParameterizedTest
    @ValueSource(strings = {"move", "true", "Rebalance", "\"\""})
    void t4FailoverIsNoRebalanceOrRebalanceForBothCases(String wrong) throws ConfigException {
        String shown = wrong.replace("\"", "");
        assertThat(problems(LEAST.replace("name: firewalls,", "name: firewalls, target-failover: " + wrong + ",")))
                .singleElement()
                .asString()
                .contains(":3: target-groups[0].target-failover: '" + shown + "'")
                .endsWith("expected one of no_rebalance, rebalance");
        assertThat(failover("")).isEqualTo(TargetFailover.NO_REBALANCE);
        assertThat(failover("target-failover: no_rebalance, ")).isEqualTo(TargetFailover.NO_REBALANCE);
        assertThat(failover("target-failover: rebalance, ")).isEqualTo(TargetFailover.REBALANCE);
        for (String half : List.of("on-unhealthy", "on-deregistration")) {
            assertThat(problems(LEAST.replace(
                            "name: firewalls,", "name: firewalls, target-failover: {" + half + ": rebalance},")))
                    .as("half of it")
                    .isNotEmpty();
        }
    }

    private static TargetFailover failover(String key) throws ConfigException {
        return Configurations.read(LEAST.replace("name: firewalls,", "name: firewalls, " + key))
                .model()
                .targetGroups()
                .getFirst()
                .failure()
                .failover();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3-tuple", "2-tuple"})
    void f11OnlyFiveTuplesHaveATimeoutOfTheirOwn(String stickiness) {
        assertThat(problems(sticky(stickiness, "", ", tcp-idle-timeout: 351s")))
                .containsExactly(Configurations.FILE
                        + ":4: load-balancers[0].listener.tcp-idle-timeout: a timeout of its own needs stickiness 5-tuple"
                        + " (F-11), and target group firewalls has " + stickiness + ": expected 350s");
        assertThat(problems(sticky(stickiness, "", ", tcp-idle-timeout: 350s"))).isEmpty();
        assertThat(problems(sticky("5-tuple", "", ", tcp-idle-timeout: 351s"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3-tuple", "2-tuple"})
    void t13OnlyFiveTuplesAreReset(String stickiness) {
        String resets = "send-tcp-reset: {on-unhealthy: true, on-deregistration: true}, ";
        String idle = ", send-tcp-reset-on-idle-timeout: true";
        String needed = "resets need stickiness 5-tuple (T13), and the group has " + stickiness + ": expected false";
        assertThat(problems(sticky(stickiness, resets, idle)))
                .containsExactly(
                        Configurations.FILE + ":3: target-groups[0].send-tcp-reset.on-unhealthy: " + needed,
                        Configurations.FILE + ":3: target-groups[0].send-tcp-reset.on-deregistration: " + needed,
                        Configurations.FILE + ":4: load-balancers[0].listener.send-tcp-reset-on-idle-timeout: a reset"
                                + " needs stickiness 5-tuple (T13), and target group firewalls has " + stickiness
                                + ": expected false");
        assertThat(problems(sticky(stickiness, resets.replace("true", "false"), "")))
                .isEmpty();
        assertThat(problems(sticky("5-tuple", resets, idle))).isEmpty();
    }

    static Stream<Wrong> references() {
        return Stream.of(
                instead(
                        "a group that is not there",
                        "{target-group: firewalls}",
                        "{target-group: firewall}",
                        "4: load-balancers[0].listener.target-group: there is no target group firewall in target-groups:"
                                + " expected one of firewalls"),
                instead(
                        "a load balancer that is not there",
                        "load-balancer: inspection",
                        "load-balancer: inspector",
                        "5: endpoints[0].load-balancer: there is no load balancer inspector in load-balancers: expected one"
                                + " of inspection"),
                wrong(
                        "a load balancer where there is none",
                        """
                        node: {roles: [control-api]}
                        endpoints:
                          - {id: vpce-0a1b2c3d4e5f60718, vni: 1, load-balancer: b, attachments: ["10.0.0.2"]}
                        """,
                        "3: endpoints[0].load-balancer: there is no load balancer b in load-balancers: expected one that"
                                + " load-balancers names"),
                instead(
                        "references to what is itself wrong, said once",
                        "name: firewalls, targets",
                        "name: fire_walls, targets",
                        "3: target-groups[0].name: 'fire_walls' is no target group name: expected 1 to 32 letters, digits or"
                                + " hyphens, without a hyphen at either end"),
                wrong(
                        "zones that are not there",
                        """
                        node: {zone: az9}
                        ingress: {listen: "10.0.0.1"}
                        appliances: {listen: "10.1.0.1", zones: {az8: "10.1.0.2"}}
                        zones: [az1, az2]
                        target-groups:
                          - name: firewalls
                            targets:
                              - {id: 10.1.0.11, zone: az7}
                        load-balancers:
                          - name: inspection
                            zones: [az1, az6]
                            listener: {target-group: firewalls}
                        endpoints:
                          - id: vpce-0a1b2c3d4e5f60718
                            vni: 1
                            zone: az5
                            load-balancer: inspection
                            attachments: ["10.0.0.2"]
                        """,
                        "1: node.zone: there is no zone az9 in zones: expected one of az1, az2",
                        "3: appliances.zones: there is no zone az8 in zones: expected one of az1, az2",
                        "8: target-groups[0].targets[0].zone: there is no zone az7 in zones: expected one of az1, az2",
                        "11: load-balancers[0].zones[1]: there is no zone az6 in zones: expected one of az1, az2",
                        "16: endpoints[0].zone: there is no zone az5 in zones: expected one of az1, az2"),
                also(
                        "a default zone that is not there",
                        "zones: [eu]\n",
                        "2: appliances.listen: the zone is the node's, which is az1 by default: there is no zone az1 in"
                                + " zones: expected one of eu"),
                also(
                        "a node's zone that is not there, said once",
                        "node: {zone: az1}\nzones: [eu]\n",
                        "6: node.zone: there is no zone az1 in zones: expected one of eu"),
                instead(
                        "a zone the load balancer is not enabled in",
                        "load-balancer: inspection",
                        "zone: az2, load-balancer: inspection",
                        "5: endpoints[0].zone: load balancer inspection is not enabled in zone az2: expected one of az1"),
                also(
                        "zones twice, and none",
                        "zones: [az1, az1]\n",
                        "6: zones[1]: zone az1 is there twice: expected once"),
                also(
                        "no zones",
                        "zones: []\n",
                        "6: zones: no zone is given: expected at least one, or the key not at all"),
                instead(
                        "a load balancer in no zone",
                        "name: inspection,",
                        "name: inspection, zones: [],",
                        "4: load-balancers[0].zones: no zone is given: expected at least one"),
                instead(
                        "a target twice",
                        "[{id: 10.1.0.11}]",
                        "[{id: 10.1.0.11}, {id: 10.1.0.12}, {id: 10.1.0.11}]",
                        "3: target-groups[0].targets[2].id: target 10.1.0.11 is there twice: expected once"),
                instead(
                        "a target twice, written differently",
                        "[{id: 10.1.0.11}]",
                        "[{id: 10.1.0.11}, {id: 10.1.0.011}]",
                        "3: target-groups[0].targets[1].id: target 10.1.0.11 is there twice: expected once"),
                wrong(
                        "everything twice",
                        """
                        node: {roles: [control-api]}
                        target-groups:
                          - {name: g}
                          - {name: g}
                        load-balancers:
                          - {name: b, listener: {target-group: g}}
                          - {name: b, listener: {target-group: g}}
                        endpoints:
                          - {id: vpce-0a1b2c3d4e5f60718, vni: 1, load-balancer: b, attachments: ["10.0.0.2"]}
                          - {id: vpce-0a1b2c3d4e5f60718, vni: 1, load-balancer: b, attachments: ["10.0.0.2", "10.0.0.2:6080"]}
                        """,
                        "4: target-groups[1].name: target group g is there twice: expected once",
                        "7: load-balancers[1].name: load balancer b is there twice: expected once",
                        "7: load-balancers[1].listener.target-group: target group g is used by another load balancer:"
                                + " expected one that no other uses",
                        "10: endpoints[1].id: endpoint vpce-0a1b2c3d4e5f60718 is there twice: expected once",
                        "10: endpoints[1].vni: vni 1 is there twice: expected once",
                        "10: endpoints[1].attachments[1]: '10.0.0.2:6080' is there twice: expected once"),
                instead(
                        "two zones at one address",
                        "{listen: \"10.1.0.1\"}",
                        "{listen: \"10.1.0.1\", zones: {az2: \"10.1.0.1\"}}",
                        "2: appliances.zones: two zones share an address: expected a different one for each zone"),
                instead(
                        "two addresses of a zone",
                        "{listen: \"10.1.0.1\"}",
                        "{listen: \"10.1.0.1\", zones: {az1: \"10.1.0.2\"}}",
                        "2: appliances.zones: zone az1 has two addresses, 10.1.0.1:6081 and 10.1.0.2:6081: expected one for"
                                + " each zone"),
                instead(
                        "both sides at one address",
                        "ingress: {listen: \"10.0.0.1\"}",
                        "ingress: {listen: \"10.1.0.1:6081\"}",
                        "1: ingress: 10.1.0.1:6081 is an address of appliances too: expected another address or port"));
    }

    static Stream<Wrong> required() {
        return Stream.of(
                wrong(
                        "addresses",
                        "node: {id: a}\n",
                        "1: ingress: this key is required for the role ingress",
                        "1: appliances: this key is required for the role codec"),
                wrong(
                        "what names things",
                        """
                        ingress: {}
                        appliances: {}
                        target-groups: [{targets: [{}]}]
                        load-balancers: [{}, {name: b, listener: {}}]
                        endpoints: [{}]
                        """,
                        "1: ingress.listen: this key is required",
                        "2: appliances.listen: this key is required",
                        "3: target-groups[0].name: this key is required",
                        "3: target-groups[0].targets[0].id: this key is required",
                        "4: load-balancers[0].name: this key is required",
                        "4: load-balancers[0].listener: this key is required",
                        "4: load-balancers[1].listener.target-group: this key is required",
                        "5: endpoints[0].id: this key is required",
                        "5: endpoints[0].vni: this key is required",
                        "5: endpoints[0].load-balancer: this key is required, or service",
                        "5: endpoints[0].attachments: this key is required"));
    }

    private static Wrong service(String name, String service, String endpoint, String... problems) {
        return wrong(
                name,
                LEAST.replace("load-balancer: inspection", endpoint) + "endpoint-services: [{" + service + "}]\n",
                problems);
    }

    static Stream<Wrong> services() {
        String offer = "name: offer, load-balancers: [inspection]";
        return Stream.of(
                service(
                        "a service that says nothing",
                        "",
                        "load-balancer: inspection",
                        "6: endpoint-services[0].name: this key is required",
                        "6: endpoint-services[0].load-balancers: this key is required"),
                service(
                        "a service without load balancers",
                        "name: offer, load-balancers: []",
                        "service: offer",
                        "6: endpoint-services[0].load-balancers: 0 are given: expected at least 1"),
                service(
                        "a load balancer of a service that is not there",
                        "name: offer, load-balancers: [inspection, other]",
                        "service: offer",
                        "6: endpoint-services[0].load-balancers[1]: there is no load balancer other in load-balancers:"
                                + " expected one of inspection"),
                service(
                        "a load balancer of a service twice",
                        "name: offer, load-balancers: [inspection, inspection]",
                        "service: offer",
                        "6: endpoint-services[0].load-balancers[1]: 'inspection' is there twice: expected once"),
                service(
                        "E-5: what is no principal",
                        offer + ", allowed-principals: [12, \"arn:aws:iam::123456789012:user/a/b\"]",
                        "service: offer",
                        "6: endpoint-services[0].allowed-principals[0]: '12' is no principal: expected *, an account of 12"
                                + " digits, or arn:aws:iam::ACCOUNT:root, :user/NAME or :role/NAME (E-5)",
                        "6: endpoint-services[0].allowed-principals[1]: 'arn:aws:iam::123456789012:user/a/b' is no"
                                + " principal: it has a path before its name, which is not possible: expected *, an"
                                + " account of 12 digits, or arn:aws:iam::ACCOUNT:root, :user/NAME or :role/NAME (E-5)"),
                service(
                        "E-5: an account that the service does not allow",
                        offer,
                        "account: \"123456789012\", service: offer",
                        "5: endpoints[0].account: endpoint service offer does not allow account 123456789012 (E-5):"
                                + " expected its owner 000000000000, or a principal of the account in its"
                                + " allowed-principals"),
                service(
                        "E-7: a zone that the service does not support",
                        offer,
                        "zone: az2, service: offer",
                        "5: endpoints[0].zone: endpoint service offer does not support the availability zone az2 (E-7):"
                                + " expected one of az1"),
                service(
                        "E-9: address types without ipv4",
                        offer + ", ip-address-types: [ipv6], account: x, acceptance-required: maybe",
                        "service: offer",
                        "6: endpoint-services[0].acceptance-required: 'maybe': expected one of false, true",
                        "6: endpoint-services[0].ip-address-types: [ipv6]: expected [ipv4] or [ipv4, ipv6]",
                        "6: endpoint-services[0].account: 'x': expected 12 digits, quoted"),
                service(
                        "a service that is not there",
                        offer,
                        "service: offers",
                        "5: endpoints[0].service: there is no endpoint service offers in endpoint-services: expected one"
                                + " of offer"),
                service(
                        "service and load balancer",
                        offer,
                        "load-balancer: inspection, service: offer",
                        "5: endpoints[0].service: load-balancer is there too: expected one of service and load-balancer"),
                service(
                        "E-4: no decision there is",
                        offer,
                        "service: offer, connection: available, ip-address-type: ipv6",
                        "5: endpoints[0].ip-address-type: 'ipv6': expected one of dualstack, ipv4",
                        "5: endpoints[0].connection: 'available': expected one of accepted, pending, rejected"),
                service(
                        "tags that are none",
                        offer + ", tags: {aws:x: y}",
                        "service: offer, tags: {a: [b], c: \"d\\te\"}",
                        "5: endpoints[0].tags.a: expected a single value, found a list",
                        "5: endpoints[0].tags.c: tag value 'd?e': expected 0 to 256 letters, digits, spaces or _ . : / ="
                                + " + @ -",
                        "6: endpoint-services[0].tags: tag key 'aws:x' starts with aws:, which is reserved: expected"
                                + " another start"));
    }

    @ParameterizedTest
    @MethodSource({"shapes", "keys", "types", "ranges", "rules", "references", "services", "required"})
    void refuses(Wrong wrong) {
        assertThat(problems(wrong.yaml()))
                .containsExactlyElementsOf(wrong.problems().stream()
                        .map(problem -> Configurations.FILE + ":" + problem)
                        .toList());
    }

    @Test
    void showsAllProblemsOfAFileInItsOrder() {
        assertThat(problems("""
                endpoints: {}
                node:
                  flow-capacity: 1
                  colour: red
                journal: {mode: all}
                ingress: {listen: "10.0.0.1"}
                """))
                .extracting(problem -> problem.split(": ")[0] + " " + problem.split(": ")[1])
                .containsExactly(
                        "gateway.yaml:1 endpoints",
                        "gateway.yaml:1 appliances",
                        "gateway.yaml:3 node.flow-capacity",
                        "gateway.yaml:4 node.colour",
                        "gateway.yaml:5 journal");
    }

    @Test
    void saysTheSameInTheExceptionAsInItsProblems() {
        ConfigException invalid =
                catchThrowableOfType(ConfigException.class, () -> Configurations.read("node: {id: a, x: y}\n"));
        assertThat(invalid)
                .hasMessage(String.join(
                        "\n",
                        invalid.problems().stream().map(ConfigProblem::toString).toList()));
        assertThat(invalid.problems()).hasSize(3);
    }

    private static String refusal(Path file) {
        ConfigException invalid = catchThrowableOfType(ConfigException.class, () -> NodeConfigReader.read(file, null));
        assertThat(invalid).isNotNull();
        return String.valueOf(invalid.getMessage());
    }

    @Test
    void refusesAFileThatIsNoneOrCannotBeText(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("gateway.yaml");
        assertThat(refusal(file)).isEqualTo(file + ": there is no such file: expected a YAML file");
        assertThat(refusal(directory)).isEqualTo(directory + ": is a directory: expected a YAML file");
        Files.write(file, "node:\n  id: \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(refusal(file)).isEqualTo(file + ":2: not UTF-8: byte 0xe4 cannot be read here");
        Files.write(file, LEAST.getBytes(StandardCharsets.UTF_16));
        assertThat(refusal(file)).isEqualTo(file + ":1: not UTF-8: byte 0xfe cannot be read here");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xE2, (byte) 0x82});
        assertThat(refusal(file)).isEqualTo(file + ":1: not UTF-8: byte 0xe2 cannot be read here");
        Files.write(file, new byte[ConfigFile.BYTES_MAX + 1]);
        assertThat(refusal(file)).isEqualTo(file + ": is too long: expected at most 16777216 bytes");
        Files.writeString(file, LEAST + "#" + times(1_048_575, "x") + "\n#" + times(1_048_576, "x"));
        assertThat(refusal(file)).isEqualTo(file + ":7: this line is too long: expected at most 1048576 characters");
    }

    @Test
    void readsAFileThatIsLongButNotTooLong(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("gateway.yaml");
        Files.writeString(file, LEAST + times(100_000, "# " + times(78, "-") + "\n"));
        assertThat(NodeConfigReader.read(file, null).zone().name()).isEqualTo("az1");
    }

    /** No file, however damaged, is answered with anything but a configuration or its problems. */
    @Test
    void neverFailsInAnyOtherWay() throws Exception {
        long seed = Long.getLong("sluice.seed", 20_261_124L);
        Random random = new Random(seed);
        String example = Files.readString(Path.of("..", "..", "examples", "gateway.yaml"));
        String alphabet = "{}[],:&*!|>-#%@`'\"\\\n\t 0azé\u0000\uD800";
        for (int round = 0; round < 1_000; round++) {
            StringBuilder damaged = new StringBuilder(example);
            int damages = 1 + random.nextInt(4);
            for (int damage = 0; damage < damages; damage++) {
                int at = random.nextInt(damaged.length());
                int length = random.nextInt(12);
                String other =
                        random.nextBoolean() ? String.valueOf(alphabet.charAt(random.nextInt(alphabet.length()))) : "";
                damaged.replace(at, Math.min(damaged.length(), at + length), other);
            }
            String yaml = damaged.toString();
            try {
                assertThat(problems(yaml))
                        .as("seed %d round %d", seed, round)
                        .allMatch(problem -> problem.lines().count() == 1);
            } catch (RuntimeException failure) {
                throw new AssertionError("seed " + seed + " round " + round + ":\n" + yaml, failure);
            }
        }
    }
}
