// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** CPU time from {@code /proc}, in ticks of a hundredth of a second. */
final class CpuClock {
    static final int TICKS_PER_SECOND = 100;

    private static final int USER_FIELD = 11;
    private static final int SYSTEM_FIELD = 12;
    private static final int IDLE_FIELD = 4;
    private static final int WAIT_FIELD = 5;
    private static final int LAST_FIELD = 8;

    private CpuClock() {}

    /** What a process has used, its threads that ended included; 0 where it is gone. */
    static long process(long pid) throws IOException {
        try {
            return ofStat(Files.readString(Path.of("/proc/" + pid + "/stat")));
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    /** User and system time of a line of {@code /proc/PID/stat}. */
    static long ofStat(String line) {
        // The name, in parentheses, may contain anything; the fields after it are numbers.
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[SYSTEM_FIELD]);
    }

    /** What all processors have spent, other than idle. */
    static long machine() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            return ofTotals(lines.findFirst().orElse(""));
        }
    }

    /** Busy time of the first line of {@code /proc/stat}. */
    static long ofTotals(String line) {
        String[] fields = line.trim().split(" +");
        long busy = 0;
        for (int i = 1; i <= LAST_FIELD; i++) {
            busy += i == IDLE_FIELD || i == WAIT_FIELD ? 0 : Long.parseLong(fields[i]);
        }
        return busy;
    }
}
