// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Memory whose pages come when they are used, seen by what the process has from the system. */
class PagesOnDemandTest {

    private static final int BYTES = 1 << 30;
    private static final long PAGE_BYTES = 4_096;

    /** Sizes of the process: all of it, and what has pages. */
    private static long bytes(int field) {
        try {
            return PAGE_BYTES
                    * Long.parseLong(
                            Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[field]);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void takesNoPagesBeforeTheyAreUsed() {
        long before = bytes(1);
        ByteBuffer buffer = PagesOnDemand.allocate(BYTES).order(ByteOrder.BIG_ENDIAN);
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.capacity()).isEqualTo(BYTES);
        assertThat(buffer.getLong(BYTES - Long.BYTES)).isZero();
        buffer.putLong(0, 0x0102030405060708L);
        assertThat(buffer.get(0)).isEqualTo((byte) 1);
        assertThat(bytes(1) - before).isLessThan(BYTES / 4);
    }

    @Test
    void givesItBackWhenNoViewOfItIsLeft() {
        long before = bytes(0);
        ByteBuffer view = PagesOnDemand.allocate(BYTES).slice(BYTES / 2, BYTES / 2);
        System.gc();
        view.putInt(BYTES / 4, 7);
        assertThat(view.getInt(BYTES / 4)).isEqualTo(7);
        assertThat(bytes(0) - before).isGreaterThanOrEqualTo(BYTES);
        view = ByteBuffer.allocate(0);
        await().atMost(60, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return bytes(0) - before < BYTES;
        });
        assertThat(view.capacity()).isZero();
    }
}
