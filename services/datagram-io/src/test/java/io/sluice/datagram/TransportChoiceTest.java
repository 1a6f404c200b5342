// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportChoiceTest {

    private static TransportChoice choose(DatagramTransport wanted, Set<DatagramTransport> working) {
        return TransportChoice.best(
                wanted,
                transport -> new TransportProbe(
                        transport, working.contains(transport) ? Optional.empty() : Optional.of("no " + transport)));
    }

    @ParameterizedTest(name = "wanted {0}, io_uring works: {1}, epoll works: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "IO_URING | true  | true  | IO_URING |",
                "IO_URING | false | true  | EPOLL    | io_uring: no IO_URING, io_uring_channel: no IO_URING_CHANNEL",
                "IO_URING | true  | false | IO_URING |",
                "IO_URING | false | false | NIO      |"
                        + " io_uring: no IO_URING, io_uring_channel: no IO_URING_CHANNEL, epoll: no EPOLL",
                "IO_URING_CHANNEL | true | true | IO_URING_CHANNEL |",
                "EPOLL    | true  | true  | EPOLL    |",
                "EPOLL    | true  | false | NIO      | epoll: no EPOLL",
                "EPOLL    | false | false | NIO      | epoll: no EPOLL",
                "NIO      | true  | true  | NIO      |",
            })
    void takesTheWantedOneOrTheNextThatWorks(
            DatagramTransport wanted, boolean ioUring, boolean epoll, DatagramTransport chosen, String unavailable) {
        Set<DatagramTransport> working = EnumSet.of(DatagramTransport.NIO);
        if (ioUring) {
            working.add(DatagramTransport.IO_URING);
            working.add(DatagramTransport.IO_URING_CHANNEL);
        }
        if (epoll) {
            working.add(DatagramTransport.EPOLL);
        }
        TransportChoice choice = choose(wanted, working);
        assertThat(choice.wanted()).isEqualTo(wanted);
        assertThat(choice.chosen()).isEqualTo(chosen);
        assertThat(choice.fellBack()).isEqualTo(wanted != chosen);
        assertThat(choice.unavailable()).isEqualTo(unavailable == null ? List.of() : List.of(unavailable.split(", ")));
    }

    @Test
    void takesNettysChannelWhereOnlyTheHandleDoesNotWork() {
        TransportChoice choice =
                choose(DatagramTransport.IO_URING, EnumSet.complementOf(EnumSet.of(DatagramTransport.IO_URING)));
        assertThat(choice.chosen()).isEqualTo(DatagramTransport.IO_URING_CHANNEL);
        assertThat(choice.unavailable()).containsExactly("io_uring: no IO_URING");
    }

    @Test
    void keepsACopyOfWhatItTried() {
        List<String> tried = new ArrayList<>(List.of("io_uring: no"));
        TransportChoice choice = new TransportChoice(DatagramTransport.IO_URING, DatagramTransport.EPOLL, tried);
        tried.clear();
        assertThat(choice.unavailable()).containsExactly("io_uring: no");
    }

    @Test
    void writesTheWordsOfTheConfiguration() {
        assertThat(DatagramTransport.values())
                .extracting(DatagramTransport::text)
                .containsExactly("io_uring", "io_uring_channel", "epoll", "nio");
    }

    /** What the child below prints. */
    static final class Child {

        private Child() {}

        /** Prints the choice of a process of its own. */
        public static void main(String[] arguments) {
            TransportChoice choice = TransportChoice.best(DatagramTransport.IO_URING);
            System.out.println(choice.chosen().text());
            choice.unavailable().forEach(System.out::println);
        }
    }

    @Test
    void fallsBackToNioWhereNativeTransportsAreSwitchedOff() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dio.netty.transport.noNative=true",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.matches("(io_uring|io_uring_channel|epoll|nio)(: .*)?"))
                .toList();
        assertThat(child.waitFor()).isZero();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("nio");
        assertThat(lines.get(1)).startsWith("io_uring: ").contains("noNative");
        assertThat(lines.get(2)).startsWith("io_uring_channel: ").contains("noNative");
        assertThat(lines.get(3)).startsWith("epoll: ").contains("noNative");
    }
}
