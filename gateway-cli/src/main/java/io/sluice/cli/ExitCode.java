// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** How the command ends; scripts rely on the numbers. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "the gateway refused, or could not be reached"),
    USAGE(2, "the command line or the document is wrong"),
    NOT_FOUND(3, "what was asked for does not exist"),
    UNAUTHORISED(4, "the gateway wants other credentials"),
    TIMED_OUT(5, "the gateway did not answer in time");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** Every number with its meaning, for the help. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode code : values()) {
            meanings.put(String.valueOf(code.number), code.meaning);
        }
        return meanings;
    }

    /** What the process ends with. */
    public int number() {
        return number;
    }
}
