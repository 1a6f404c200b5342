// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The command line without a device: usage, errors, exit codes (house style, section 12). */
class AgentMainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(List<String> arguments) {
        CommandLine line = AgentMain.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments.toArray(String[]::new));
    }

    record Mistake(String option, String value, List<String> said) {
        Mistake(String option, String value, String... said) {
            this(option, value, List.of(said));
        }

        @Override
        public String toString() {
            return option + " " + value;
        }
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake("--vni", "16777216", "vni 16777216 is out of range", "0 to 16777215"),
                new Mistake("--vni", "-1", "out of range", "0 to 16777215"),
                new Mistake("--vni", "blue", "'blue' is no number", "0 to 16777215"),
                new Mistake("--gateway", "gw.example", "no IPv4 address", "10.0.0.1"),
                new Mistake("--gateway", "10.0.0.1:", "no port", "10.0.0.1:6081"),
                new Mistake("--gateway", "0.0.0.0", "no single address", "10.0.0.1"),
                new Mistake("--gateway", "10.0.0.1,gw", "no IPv4 address", "10.0.0.1"),
                new Mistake("--gateway", "10.0.0.1,10.0.0.1:6080", "expected each gateway once"),
                new Mistake("--gateway", "10.0.0." + "1,10.0.1.".repeat(8) + "1", "got 9 gateways", "expected 1 to 8"),
                new Mistake("--local", "10.0.0.300", "no IPv4 address", "10.0.0.1"),
                new Mistake("--local", "10.0.0.1:70000", "port 70000 is out of range", "1 to 65535"),
                new Mistake("--local", "0.0.0.0:6080", "no single address"),
                new Mistake("--mtu", "575", "mtu 575 is out of range", "576 to 8500"),
                new Mistake("--mtu", "8501", "mtu 8501 is out of range", "576 to 8500"),
                new Mistake("--mtu", "large", "'large' is no number", "576 to 8500"),
                new Mistake("--queues", "0", "0 queues are out of range", "1 to 16"),
                new Mistake("--queues", "17", "17 queues are out of range", "1 to 16"),
                new Mistake("--queues", "many", "'many' is no number", "1 to 16"),
                new Mistake("--device", "a-name-of-17-long", "no device name", "1 to 15"),
                new Mistake("--device", "tun%d", "no device name"),
                new Mistake("--device", "a/b", "no device name"),
                new Mistake("--device", "..", "no device name"),
                new Mistake("--colour", "red", "Unknown option"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void refusesMistakeWithItsOptionAndWhatWouldBeValid(Mistake row) {
        List<String> arguments = new ArrayList<>(List.of(
                "attach", "--device=gwe0", "--vni=100", "--gateway=127.0.0.1", "--local=127.0.0.2", "--mtu=1432"));
        arguments.removeIf(argument -> argument.startsWith(row.option + "="));
        arguments.add(row.option + "=" + row.value);
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString()).contains(row.option).contains(row.said);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void namesEveryMissingOption() {
        assertThat(run(List.of("attach"))).isEqualTo(2);
        assertThat(err.toString()).contains("--device", "--vni", "--gateway", "--local");
    }

    @Test
    void saysWhichCommandIsMissing() {
        assertThat(run(List.of())).isEqualTo(2);
        assertThat(err.toString()).contains("expected attach");
    }

    @Test
    void helpGoesToStandardOutputAndSucceeds() {
        assertThat(run(List.of("attach", "--help"))).isZero();
        assertThat(out.toString())
                .contains("--device", "--vni", "--gateway", "--local", "--mtu", "--queues", "Exit codes");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void addressThisHostHasNotFailsWithASentence() {
        // 192.0.2.0/24 is for documentation and never assigned (RFC 5737).
        int code = run(List.of(
                "attach", "--device=gwe0", "--vni=100", "--gateway=127.0.0.1", "--local=192.0.2.77", "--mtu=1432"));
        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("--local 192.0.2.77:6080", "no interface of this host has this address");
    }

    @ParameterizedTest
    @MethodSource("deviceErrors")
    void explainsWhyTheKernelRefusedTheDevice(String text, String[] said) {
        assertThat(text).contains(said);
    }

    static Stream<Arguments> deviceErrors() {
        return Stream.of(
                Arguments.of(TunDevice.openRefused(Errno.ENOENT), new String[] {"ENOENT", "--device /dev/net/tun"}),
                Arguments.of(TunDevice.openRefused(Errno.ENODEV), new String[] {"ENODEV", "no tun module"}),
                Arguments.of(TunDevice.openRefused(Errno.EACCES), new String[] {"EACCES", "run as root"}),
                Arguments.of(
                        TunDevice.createRefused("gwe0", Errno.EPERM),
                        new String[] {"'gwe0'", "EPERM", "CAP_NET_ADMIN"}),
                Arguments.of(TunDevice.createRefused("gwe0", Errno.EBUSY), new String[] {"EBUSY", "another program"}),
                Arguments.of(
                        TunDevice.createRefused("gwe0", Errno.EINVAL),
                        new String[] {"EINVAL", "no TUN device", "--queues"}));
    }
}
