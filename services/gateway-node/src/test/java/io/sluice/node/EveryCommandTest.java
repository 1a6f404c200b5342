// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.testkit.PacketBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that the help names, as a process against a node that is one too. The help is what is asked for the
 * commands, so that one that is added fails here until it is typed.
 */
class EveryCommandTest {

    private static final String NETWORK = LoopbackPath.NETWORK + "23.";
    private static final String ADMIN = NETWORK + "1:8080";
    private static final String URL = "http://" + ADMIN;
    private static final String ENDPOINT = "vpce-00000000000000001";
    private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z][a-z-]*)[, ]");

    /** Ends by an event, so it has a test of its own. */
    private static final String OBSERVE = "observe";

    private static final String YAML = """
            node: {id: gw-1, zone: az1, shards: 1}
            ingress: {listen: "NET.1:6080"}
            appliances: {listen: "NET.2:6081"}
            admin: {listen: "NET.1:8080"}
            zones: [az1]
            target-groups: [{name: firewalls, tags: {team: net}, targets: [{id: NET.11}, {id: NET.12}]}, {name: spare}]
            load-balancers: [{name: inspection, listener: {target-group: firewalls}}]
            endpoint-services: [{name: svc, load-balancers: [inspection]}]
            endpoints: [{id: vpce-00000000000000001, vni: 100, service: svc, attachments: ["NET.9"]}]
            """.replace("NET.", NETWORK);

    @TempDir
    private static Path directory;

    private static LauncherTree tree;
    private static Gateway node;

    /** A command line, how it ends, and words of what it prints: to standard output, or to standard error behind {@code |}. */
    private record Step(int code, String command, String prints) {}

    private static Step step(String command, String prints) {
        return new Step(0, command, prints);
    }

    /** In an order in which each finds what it needs; {@code NET} is the test's network. */
    private static List<Step> steps() {
        return List.of(
                step("node health", "control-api\tok"),
                step("node list", "gw-1"),
                step("node metrics", "sluice_config_revision"),
                step("config export", "name: inspection"),
                step("config plan plan.yaml", "az8"),
                step("config apply plan.yaml --wait", "|in force: revision"),
                step("config history", "apply"),
                step("config show FIRST", "name: inspection"),
                step("config conflicts", "LOST TO"),
                new Step(3, "config conflict 7", "|HTTP 404 not-found: conflict: conflict 7 is not kept"),
                step("config rollback FIRST --yes", "|in force: revision"),
                new Step(3, "config rollback 7 --yes", "|HTTP 404 not-found: revision: revision 7 is not kept"),
                step("zone create az9", "|created zone az9"),
                step("zone list", "az9"),
                step("zone get az9", "az9"),
                step("zone delete az9 --yes", "|zone az9"),
                new Step(3, "zone get az9", "|HTTP 404"),
                step("target-group create second --stickiness 3-tuple", "|created target group second"),
                step("target-group list", "second"),
                step("target-group get second", "3-tuple"),
                step("target-group update second --stickiness 2-tuple", "2-tuple"),
                step("target register second/NET.13 --weight 3", "|registered second/NET.13"),
                step("target list --group second", "NET.13"),
                step("target get second/NET.13", "3"),
                step("target set second/NET.13 --weight 4", "|in force: target second/NET.13"),
                new Step(1, "target health second", "NET.13"),
                step("target deregister second/NET.13 --yes", "|second/NET.13"),
                step("target drain firewalls/NET.12 --yes", "|0 flows left"),
                step("drain firewalls/NET.12 --yes", "|0 flows left"),
                step("load-balancer create other --target-group second", "|created load balancer other"),
                step("load-balancer list", "other"),
                step("load-balancer get other", "second"),
                step("load-balancer update other --cross-zone true", "true"),
                step("listener get other", "350s"),
                step("listener update other --target-group spare", "spare"),
                step("endpoint-service create mine --load-balancers other", "|created endpoint service mine"),
                step("endpoint-service list", "mine"),
                step("endpoint-service get mine", "other"),
                step("endpoint-service update mine --acceptance-required false", "false"),
                step("endpoint-service endpoints svc", ENDPOINT + "\tpendingAcceptance"),
                step("endpoint-service accept svc/" + ENDPOINT + " --wait", "available"),
                step("endpoint-service reject svc/" + ENDPOINT + " --yes --wait", "rejected"),
                step(
                        "endpoint create vpce-00000000000000002 --vni 200 --service mine --attachments NET.9 --wait",
                        "|created endpoint vpce-00000000000000002"),
                step("endpoint list", "vpce-00000000000000002"),
                step("endpoint get vpce-00000000000000002", "available"),
                step("endpoint update vpce-00000000000000002 --flow-quota 7", "|in force"),
                step(
                        "trace --endpoint vpce-00000000000000002 --src 10.0.0.1 --dst 10.0.0.2 --protocol udp",
                        "goes to  no target"),
                step("flow list", "|"),
                step("drop list", "endpoint_unknown\t1"),
                step("limit list", "targets"),
                step("top --once", "ENDPOINT"),
                step("tag set target-group/firewalls team=ops", "|in force"),
                step("tag list", "team=ops"),
                step("tag get target-group/firewalls", "team=ops"),
                step("tag remove target-group/firewalls team", "|in force"),
                step("endpoint delete vpce-00000000000000002 --yes", "|vpce-00000000000000002"),
                step("endpoint-service delete mine --yes", "|endpoint service mine"),
                step("load-balancer delete other --yes", "|load balancer other"),
                step("target-group delete second --yes", "|target group second"),
                new Step(1, "target-group delete firewalls --yes", "|HTTP 409 in-use"),
                step("doctor --print-readings", "\"reachable\" : true"),
                step("help flow", "Usage: sluice flow"),
                step("completion bash", "_complete_sluice"),
                step("completion zsh", "compinit"),
                step("token list", "NAME"),
                step("token create ops --role admin --output tsv", "sluice_"),
                new Step(4, "token list", "|HTTP 401"),
                step("context add lab --url URL --token-file ops.token --use", "|added lab"),
                step("context list", "lab"),
                step("context use lab", "|in use: lab"),
                step("token create fw --role register:firewalls --context lab", "sluice_"),
                step("token revoke fw --yes --token-file ops.token", "|revoked token fw"),
                step("audit list --token-file ops.token", "token"),
                step("context remove lab", "|removed lab"));
    }

    @BeforeAll
    static void start() throws Exception {
        tree = new LauncherTree(directory);
        node = Gateway.start(directory, "node", YAML, ADMIN).ready();
        try (LoopbackPath path = new LoopbackPath(NETWORK + 1, NETWORK + 9)) {
            path.send(
                    node,
                    999,
                    1,
                    number -> PacketBuilder.ipv4()
                            .from("10.0.0.1")
                            .to("10.0.0.2")
                            .udp(1, 2)
                            .build());
        }
        tree.learn(environment(), List.of("flow", "list"));
        Files.writeString(
                tree.root().resolve("plan.yaml"),
                YAML.substring(YAML.indexOf("zones:")).replace("[az1]", "[az1, az8]"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static LauncherTree.Result type(String command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        return tree.run(environment(), words);
    }

    private static Map<String, String> environment() {
        return Map.of("SLUICE_URL", URL, "XDG_CONFIG_HOME", directory.toString(), "NO_COLOR", "1");
    }

    @Test
    void everyCommandDoesWhatItIsFor() throws Exception {
        observeShowsWhatHappensAndEnds(); // while no token is needed yet
        String history = type("config history --output tsv").out();
        String first = history.lines().toList().getLast().split("\t")[0];
        List<String> wrong = new ArrayList<>();
        for (Step step : steps()) {
            String command = step.command()
                    .replace("NET.", NETWORK)
                    .replace("FIRST", first)
                    .replace("URL", URL);
            LauncherTree.Result result = type(command);
            boolean talk = step.prints().startsWith("|");
            String wanted = step.prints().substring(talk ? 1 : 0).replace("NET.", NETWORK);
            if (result.code() != step.code() || !(talk ? result.err() : result.out()).contains(wanted)) {
                wrong.add("%s: expected %d and %s%n%d%n%s%s"
                        .formatted(command, step.code(), step.prints(), result.code(), result.out(), result.err()));
            }
            if (command.startsWith("token create ops")) {
                Files.writeString(tree.root().resolve("ops.token"), result.out().split("\t")[3]);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void observeShowsWhatHappensAndEnds() throws Exception {
        CompletableFuture<LauncherTree.Result> observing = CompletableFuture.supplyAsync(() -> {
            try {
                return type(OBSERVE + " --kind revision --count 2");
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
        // it says nothing until there is something to say, so there is something until it has
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    node.put("/v1/zones/observed", "");
                    node.delete("/v1/zones/observed");
                    return observing.isDone();
                });
        assertThat(observing.join().code()).isZero();
        assertThat(observing.join().out().lines()).hasSize(2).allMatch(line -> line.contains("revision"));
    }

    @Test
    void everyCommandOfTheHelpIsTyped() throws Exception {
        Set<String> typed = new TreeSet<>(Set.of(OBSERVE));
        for (Step step : steps()) {
            typed.add(step.command());
        }
        Set<String> commands = new TreeSet<>();
        for (String noun : behind("")) {
            Set<String> verbs = noun.equals("help") ? Set.of() : behind(noun);
            if (verbs.isEmpty()) {
                commands.add(noun);
            }
            verbs.forEach(verb -> commands.add(noun + " " + verb));
        }
        assertThat(commands).hasSizeGreaterThan(60).contains("zone list", "top", OBSERVE);
        assertThat(commands)
                .allMatch(command ->
                        typed.stream().anyMatch(line -> line.equals(command) || line.startsWith(command + " ")));
    }

    /** The words that the help says may follow. */
    private static Set<String> behind(String noun) throws Exception {
        LauncherTree.Result help = type((noun + " --help").strip());
        assertThat(help.code()).as(noun).isZero();
        int list = help.out().indexOf("Commands:");
        Set<String> words = new TreeSet<>();
        if (list >= 0) {
            COMMAND.matcher(help.out().substring(list))
                    .results()
                    .map((MatchResult word) -> word.group(1))
                    .forEach(words::add);
        }
        return words;
    }
}
