// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/** What the process has brought to the disk, as its own flight recorder saw it. */
public final class Forced {

    private static final String EVENT = "jdk.FileForce";

    /** Something that writes. */
    public interface Work {
        /** Writes. */
        void run() throws Exception;
    }

    private Forced() {}

    /** Files and directories that were forced to the disk meanwhile, in order. */
    public static List<Path> during(Work work) throws Exception {
        Path dump = Files.createTempFile("sluice-forced", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable(EVENT).withThreshold(Duration.ZERO);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(dump);
            return RecordingFile.readAllEvents(dump).stream()
                    .filter(event -> event.getEventType().getName().equals(EVENT))
                    .map(event -> Path.of(event.getString("path")).normalize())
                    .toList();
        } finally {
            Files.delete(dump);
        }
    }
}
