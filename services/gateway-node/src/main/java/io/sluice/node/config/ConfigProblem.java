// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the file as it was named
 * @param line line number from 1; 0 where it is about the file as a whole
 * @param key the key's whole path, for example {@code target-groups[0].health-check.interval}; empty where there is none
 * @param message what is wrong and what would be valid
 */
public record ConfigProblem(String file, int line, String key, String message) {

    @Override
    public String toString() {
        return file + (line == 0 ? "" : ":" + line) + ": " + (key.isEmpty() ? "" : key + ": ") + message;
    }
}
