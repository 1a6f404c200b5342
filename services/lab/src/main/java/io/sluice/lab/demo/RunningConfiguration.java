// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway's own document, as {@code GET /v1/config} writes it, and the same with something changed.
 *
 * @param text YAML
 * @param entityTag of the revision that it was made from
 */
record RunningConfiguration(String text, String entityTag) {

    /**
     * The document with another value of a key that it has once.
     *
     * @param key for example {@code cross-zone}
     */
    RunningConfiguration with(String key, String value) {
        Matcher line =
                Pattern.compile("(?<=\\b" + Pattern.quote(key) + ": )[\\w.-]+").matcher(text);
        if (!line.find() || line.results().findAny().isPresent()) {
            throw new IllegalArgumentException("the gateway's document has " + key + " not exactly once");
        }
        return new RunningConfiguration(line.reset().replaceFirst(value), entityTag);
    }

    /** The document with another endpoint: its endpoints come last. */
    RunningConfiguration withEndpoint(Site site, String account) {
        return new RunningConfiguration(text + DemoConfiguration.endpoint(site, account), entityTag);
    }
}
