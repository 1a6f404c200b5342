// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.capture.CableTap;
import io.sluice.lab.check.CaptureJudge;
import io.sluice.lab.check.TappedAppliance;
import io.sluice.lab.check.Verdict;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A tap on each appliance's cable, and the judge of what they caught.
 *
 * <p><b>Threading</b>: confined to one thread, but for {@link #close}, which may be called more than once.
 */
final class Captures implements AutoCloseable {
    private final Path directory;
    private final String suffix;
    private final List<CableTap> taps = new ArrayList<>(); // guarded by itself where they end

    private Captures(Path directory, String suffix) {
        this.directory = directory;
        this.suffix = suffix;
    }

    /**
     * Taps every appliance's cable; each capture is a file in {@code directory}.
     *
     * @param suffix of the files' names, so that one act's captures are not another's
     */
    static Captures start(DemoTopology network, Path directory, String suffix) {
        Captures captures = new Captures(directory, suffix);
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

    /** The time of a frame captured now: nanoseconds since the epoch, to the millisecond. */
    static long nowNs() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    /** The verdict on everything that crossed the cables up to now, with cross-zone off all the time. */
    Verdict judge() throws IOException {
        return judge(Long.MIN_VALUE, false);
    }

    /**
     * The verdict on what crossed the cables from a moment on.
     *
     * @param sinceNs nanoseconds since the epoch
     * @param crossZone whether cross-zone was ever on
     */
    Verdict judge(long sinceNs, boolean crossZone) throws IOException {
        for (CableTap tap : taps) {
            tap.flush();
        }
        CaptureJudge judge =
                new CaptureJudge(Site.all().stream().map(Site::endpoint).toList());
        for (Zone zone : Zone.ALL) {
            for (TappedAppliance appliance : zone.tapped(crossZone)) {
                judge.read(appliance, file(appliance.name()), sinceNs);
            }
        }
        return judge.verdict();
    }

    /** Notes under a name whether the taps caught every frame. */
    void checkComplete(String name, Narrator narrator) throws IOException {
        long frames = 0;
        long dropped = 0;
        for (CableTap tap : taps) {
            frames += tap.frames();
            dropped += tap.droppedFrames();
        }
        narrator.check(name, dropped == 0 && frames > 0, frames + " frames, " + dropped + " missed");
    }

    private Path file(String appliance) {
        return directory.resolve(appliance + suffix + ".pcap");
    }

    @Override
    public void close() {
        List<CableTap> ending;
        synchronized (taps) {
            ending = List.copyOf(taps);
            taps.clear();
        }
        ending.forEach(CableTap::close);
    }
}
