// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import static org.awaitility.Awaitility.await;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A member in a process of its own: its number and the addresses of all are its arguments. It serves
 * {@code greet.<number>}, and for each line of input says how many members it sees and how many of them answer.
 */
final class BusPartitionMember {

    private static final long START_MAX_S = 60;
    private static final long ANSWER_MAX_MS = 500;

    private BusPartitionMember() {}

    public static void main(String[] arguments) throws Exception {
        int number = Integer.parseInt(arguments[0]);
        List<Ipv4SocketAddress> all = new ArrayList<>();
        for (String address : arguments[1].split(",")) {
            all.add(Ipv4SocketAddress.parse(address));
        }
        ClusterMember member = Members.starting(new MemberSpec(
                        new ClusterSettings("partition", all.get(number - 1), all),
                        new NodeId("gw-" + number),
                        true,
                        config -> {}))
                .await(START_MAX_S, TimeUnit.SECONDS);
        member.vertx()
                .eventBus()
                .consumer("greet." + number, message -> message.reply("answer"))
                .completion()
                .await(START_MAX_S, TimeUnit.SECONDS);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.printf(
                    "sees %d members, reaches %d%n",
                    member.hazelcast().getCluster().getMembers().size(), reached(member, all.size()));
        }
        Runtime.getRuntime().halt(0);
    }

    private static long reached(ClusterMember member, int count) {
        List<Future<?>> asked = new ArrayList<>();
        for (int other = 1; other <= count; other++) {
            asked.add(member.vertx()
                    .eventBus()
                    .request("greet." + other, "question", new DeliveryOptions().setSendTimeout(ANSWER_MAX_MS)));
        }
        for (Future<?> each : asked) {
            await().atMost(Duration.ofSeconds(START_MAX_S)).until(each::isComplete);
        }
        return asked.stream().filter(Future::succeeded).count();
    }
}
