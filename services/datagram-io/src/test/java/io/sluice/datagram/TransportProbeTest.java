// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransportProbeTest {

    @Test
    void saysWhatNettySays() {
        assertThat(TransportProbe.of(DatagramTransport.IO_URING).available())
                .isEqualTo(IoUring.isAvailable() && IoUring.isRecvMultishotEnabled());
        assertThat(TransportProbe.of(DatagramTransport.IO_URING_CHANNEL).available())
                .isEqualTo(IoUring.isAvailable());
        assertThat(TransportProbe.of(DatagramTransport.EPOLL).available()).isEqualTo(Epoll.isAvailable());
    }

    @Test
    void alwaysFindsNio() {
        assertThat(TransportProbe.of(DatagramTransport.NIO).available()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void givesAReasonExactlyWhereATransportDoesNotWork(DatagramTransport transport) {
        TransportProbe probe = TransportProbe.of(transport);
        assertThat(probe.transport()).isEqualTo(transport);
        assertThat(probe.available()).isEqualTo(probe.obstacle().isEmpty());
        probe.obstacle().ifPresent(reason -> assertThat(reason).isNotBlank());
    }

    @Test
    void namesTheInnermostCause() {
        Throwable wrapped = new ExceptionInInitializerError(new IOException("outer", new IOException("no such call")));
        assertThat(TransportProbe.reason(wrapped)).isEqualTo("no such call");
        assertThat(TransportProbe.reason(new UnsatisfiedLinkError())).isEqualTo("UnsatisfiedLinkError");
    }
}
