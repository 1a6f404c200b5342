// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.capture.CableTap;
import io.sluice.lab.check.CaptureJudge;
import io.sluice.lab.check.TappedAppliance;
import io.sluice.lab.check.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A tap on each appliance's cable, and the judge of what they caught.
 *
 * <p><b>Threading</b>: confined to one thread, but for {@link #close}.
 */
final class Captures implements AutoCloseable {
    private final Path directory;
    private final List<CableTap> taps = new ArrayList<>();

    private Captures(Path directory) {
        this.directory = directory;
    }

    /** Taps every appliance's cable; each capture is a file in {@code directory}. */
    static Captures start(DemoTopology network, Path directory) {
        Captures captures = new Captures(directory);
        try {
            for (Zone.Appliance appliance : Zone.allAppliances()) {
                captures.taps.add(CableTap.start(network.tapPort(appliance.name()), captures.file(appliance.name())));
            }
        } catch (RuntimeException e) {
            captures.close();
            throw e;
        }
        return captures;
    }

    /** The verdict on everything that crossed the cables up to now. */
    Verdict judge() throws IOException {
        for (CableTap tap : taps) {
            tap.flush();
        }
        CaptureJudge judge =
                new CaptureJudge(Zone.ALL.stream().map(Zone::endpoint).toList());
        for (Zone zone : Zone.ALL) {
            for (TappedAppliance appliance : zone.tapped()) {
                judge.read(appliance, file(appliance.name()));
            }
        }
        return judge.verdict();
    }

    /** Notes whether the taps caught every frame. */
    void checkComplete(Narrator narrator) throws IOException {
        long frames = 0;
        long dropped = 0;
        for (CableTap tap : taps) {
            frames += tap.frames();
            dropped += tap.droppedFrames();
        }
        narrator.check("captures-complete", dropped == 0 && frames > 0, frames + " frames, " + dropped + " missed");
    }

    private Path file(String appliance) {
        return directory.resolve(appliance + ".pcap");
    }

    @Override
    public void close() {
        taps.forEach(CableTap::close);
    }
}
