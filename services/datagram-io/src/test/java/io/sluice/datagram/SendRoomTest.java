// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much may wait for the kernel. */
class SendRoomTest {

    private static final int MAX = 100;

    private final SendRoom room = new SendRoom(MAX);

    @Test
    void takesDatagramsUpToTheLimitAndAgainAfterAnswers() {
        room.add(90, 9_000);
        assertThat(room.fits(10, 1_000)).isTrue();
        assertThat(room.fits(11, 1_000)).isFalse();
        room.add(10, 1_000);
        assertThat(room.hasAny()).isFalse();
        assertThat(room.fits(1, 1)).isFalse();
        room.add(-1, -100);
        assertThat(room.hasAny()).isTrue();
        assertThat(room.fits(1, 1)).isTrue();
    }

    @Test
    void takesNoMoreBytesThanMayWaitForOneSocket() {
        room.add(50, SocketSettings.SEND_BUFFER_BYTES - 60_000);
        assertThat(room.fits(7, 60_000)).isTrue();
        assertThat(room.fits(7, 60_001)).isFalse();
    }

    @Test
    void takesWhatIsLargerThanTheLimitWhereNothingElseWaits() {
        assertThat(room.fits(MAX + 1, 70_000)).isTrue();
        room.add(1, 10);
        assertThat(room.fits(MAX, 10)).isFalse();
    }
}
