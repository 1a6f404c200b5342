// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the time of a pair went.
 *
 * @param pair what was sampled
 * @param functions those that took more than a hundredth of it, as text
 * @param calls all stacks
 */
record Profile(Pair pair, String functions, CallTree calls) {

    /** Writes the functions of all profiles into one file, and a flame graph for each that has samples. */
    static void write(List<Profile> profiles, Path directory, String name) throws IOException {
        StringBuilder text = new StringBuilder(4096);
        for (Profile profile : profiles) {
            text.append("## ").append(profile.pair.name()).append("\n\n").append(profile.functions);
            if (profile.calls.samples() != 0) {
                String file = name + "-" + profile.pair.name().replace(' ', '-') + ".svg";
                Files.writeString(directory.resolve(file), FlameGraph.svg(profile.calls));
            }
        }
        Files.writeString(directory.resolve(name + "-profile.txt"), text);
    }
}
