// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.DATA_BYTES_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelConfig;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.io.IOException;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel was told of a socket, read back from it. */
@ExtendWith(LeakWatch.class)
class SocketOptionsTest {

    @ParameterizedTest
    @EnumSource
    void q5NeverFragmentsLocally(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            switch (transport) {
                case IO_URING ->
                    assertThat(((UringDatagramPort) rig.bind(new Collector(rig.slab)))
                                    .socket()
                                    .getIntOpt(KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU_DISCOVER))
                            .isEqualTo(SocketSettings.PMTUDISC_INTERFACE);
                case IO_URING_CHANNEL, EPOLL ->
                    assertThat(config(rig).getOption(NettyDatagramPath.MTU_DISCOVER))
                            .isEqualTo(SocketSettings.PMTUDISC_INTERFACE);
                case NIO ->
                    assertThat(config(rig).getOption(NioChannelOption.of(ExtendedSocketOptions.IP_DONTFRAGMENT)))
                            .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IO_URING_CHANNEL", "EPOLL"})
    void receivesSeveralDatagramsWithOneCall(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            assertThat(config(rig)
                            .getOption(
                                    transport == DatagramTransport.IO_URING_CHANNEL
                                            ? IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE
                                            : EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE))
                    .isEqualTo(DATA_BYTES_MAX + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhatBuffersTheKernelGranted(DatagramTransport transport) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport)) {
            DatagramPort port = rig.bind(new Collector(rig.slab));
            // net.core.rmem_max and wmem_max may grant less than was asked for, and Linux doubles what it grants
            assertThat(port.receiveBufferBytes()).isBetween(64 << 10, 2 * (8 << 20));
            assertThat(port.sendBufferBytes()).isBetween(64 << 10, 2 * (4 << 20));
        }
    }

    private static ChannelConfig config(LoopbackRig rig) {
        return ((NettyDatagramPort) rig.bind(new Collector(rig.slab))).config();
    }
}
