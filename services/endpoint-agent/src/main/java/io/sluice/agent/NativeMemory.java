// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Where a direct buffer lies. The owner keeps the buffer reachable as long as the address is in use. */
final class NativeMemory {

    private NativeMemory() {}

    static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct).address() - direct.position();
    }
}
