// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three members, each a process in a namespace of its own, on one bridge; the third is cut off from the others by a
 * packet filter until both sides have given up on each other, and comes back. Then each must answer each again.
 *
 * <p>Says {@code # whole}, {@code # parted} and {@code # healed}, with times. Runs as root of a user namespace.
 */
final class BusPartitionScenario {

    private static final int MEMBERS = 3;
    private static final int PORT = 5701;
    private static final long POLL_MS = 500;
    private static final long STEP_MAX_S = 60;

    private final List<Member> members = new ArrayList<>();

    /** A process that is asked by lines and answers by lines. */
    private record Member(Process process, Writer input, BufferedReader output) {

        /** What it sees: members of its cluster, and how many members' bus it reaches. */
        String look() throws IOException {
            input.write("look\n");
            input.flush();
            String line = output.readLine();
            while (line != null && !line.startsWith("sees ")) {
                System.out.println(line);
                line = output.readLine();
            }
            return String.valueOf(line);
        }
    }

    private BusPartitionScenario() {}

    public static void main(String[] arguments) throws Exception {
        BusPartitionScenario scenario = new BusPartitionScenario();
        try {
            scenario.run();
        } finally {
            scenario.members.forEach(member -> member.process().destroyForcibly());
        }
    }

    private void run() throws Exception {
        ip("link add br0 type bridge stp_state 0");
        ip("link set br0 up");
        for (int member = 1; member <= MEMBERS; member++) {
            ip("netns add g" + member);
            ip("link add v" + member + " type veth peer name e netns g" + member);
            ip("link set v" + member + " master br0 up");
            ip("-n g" + member + " link set lo up");
            ip("-n g" + member + " address add 10.9.0." + member + "/24 dev e");
            ip("-n g" + member + " link set e up");
            members.add(start(member));
        }
        until("whole", "sees 3 members, reaches 3", "sees 3 members, reaches 3", "sees 3 members, reaches 3");
        command("ip netns exec g3 nft add table inet cut");
        command("ip netns exec g3 nft add chain inet cut in { type filter hook input priority 0 ; }");
        command("ip netns exec g3 nft add chain inet cut out { type filter hook output priority 0 ; }");
        command("ip netns exec g3 nft add rule inet cut in iifname e drop");
        command("ip netns exec g3 nft add rule inet cut out oifname e drop");
        until("parted", "sees 2 members, reaches 2", "sees 2 members, reaches 2", "sees 1 members, reaches 1");
        command("ip netns exec g3 nft delete table inet cut");
        until("healed", "sees 3 members, reaches 3", "sees 3 members, reaches 3", "sees 3 members, reaches 3");
    }

    private void until(String what, String... expected) throws Exception {
        long startNs = System.nanoTime();
        List<String> seen = new ArrayList<>();
        while (!seen.equals(List.of(expected))) {
            if (System.nanoTime() - startNs > TimeUnit.SECONDS.toNanos(STEP_MAX_S)) {
                throw new IllegalStateException("not " + what + " after " + STEP_MAX_S + " s: " + seen);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            seen.clear();
            for (Member member : members) {
                seen.add(member.look());
            }
        }
        System.out.printf("# %s after %d ms%n", what, (System.nanoTime() - startNs) / 1_000_000);
    }

    private static Member start(int member) throws IOException {
        Process process = new ProcessBuilder(
                        "ip",
                        "netns",
                        "exec",
                        "g" + member,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.net.preferIPv4Stack=true",
                        "-Djava.util.concurrent.ForkJoinPool.common.parallelism=4",
                        "-Dvertx.disableDnsResolver=true",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BusPartitionMember.class.getName(),
                        Integer.toString(member),
                        "10.9.0.1:" + PORT + ",10.9.0.2:" + PORT + ",10.9.0.3:" + PORT)
                .redirectErrorStream(true)
                .start();
        return new Member(process, process.outputWriter(), process.inputReader());
    }

    private static void ip(String arguments) throws Exception {
        command("ip " + arguments);
    }

    private static void command(String line) throws Exception {
        Process process = new ProcessBuilder(line.split(" ")).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(line + ": exit " + process.exitValue());
        }
    }
}
