// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import io.sluice.lab.capture.PcapReader;
import io.sluice.lab.capture.PcapRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reads a capture of appliances' cables packet by packet: which flow was at which appliance, and when. */
public final class FlowSightings {

    /**
     * A packet on its way to an appliance.
     *
     * @param timeMs milliseconds since 1970
     * @param appliance where it goes
     * @param endpoint option 1
     * @param cookie option 3
     * @param flow seen from the sender of the packet
     */
    public record Sighting(long timeMs, HostAddress appliance, long endpoint, int cookie, FlowName flow) {}

    private FlowSightings() {}

    /**
     * Shows each packet for one of the appliances, in order of time; answers how many broke the form that packets have
     * (W-14).
     */
    public static long read(Path capture, Set<HostAddress> appliances, Consumer<Sighting> each) throws IOException {
        long malformed = 0;
        try (PcapReader reader = new PcapReader(capture)) {
            for (PcapRecord frame = reader.next(); frame != null; frame = reader.next()) {
                try {
                    CapturedPacket packet = CapturedPacket.parse(frame.frame());
                    if (!appliances.contains(packet.outerDestination())) {
                        continue;
                    }
                    if (!packet.optionsComplete()) {
                        malformed++;
                    }
                    each.accept(new Sighting(
                            TimeUnit.NANOSECONDS.toMillis(frame.timeNs()),
                            packet.outerDestination(),
                            packet.endpoint(),
                            packet.cookie(),
                            packet.inner()));
                } catch (CapturedPacket.NotGeneve other) {
                    malformed += other.malformed() ? 1 : 0;
                }
            }
        }
        return malformed;
    }
}
