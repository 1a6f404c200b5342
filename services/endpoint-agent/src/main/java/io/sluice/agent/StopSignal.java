// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

/** Whether a loop shall stop: a descriptor that becomes readable and stays so. */
final class StopSignal {

    private final Libc.PollSet wake;

    StopSignal(int wakeFd) {
        this.wake = new Libc.PollSet(wakeFd, -1);
    }

    boolean isRaised(Libc libc) {
        return wake.await(libc, 0) != 0;
    }
}
