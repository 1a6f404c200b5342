// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a kernel counted in one network namespace, as {@code /proc/net/snmp} gives it: for each protocol a line of names
 * and a line of values.
 *
 * <pre>
 *   Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors …
 *   Udp: 12 0 0 12 0 …
 * </pre>
 *
 * <p><b>Threading</b>: immutable, a snapshot.
 */
public final class ProtocolCounters {
    private final Map<String, Long> values;

    private ProtocolCounters(Map<String, Long> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads the text's lines, a protocol's names before its values.
     *
     * @throws IllegalArgumentException when a line of values does not fit the names before it
     */
    static ProtocolCounters of(List<String> lines) {
        Map<String, Long> values = new HashMap<>();
        for (int line = 0; line + 1 < lines.size(); line += 2) {
            String[] names = lines.get(line).split(" ");
            String[] numbers = lines.get(line + 1).split(" ");
            if (names.length != numbers.length || !names[0].equals(numbers[0])) {
                throw new IllegalArgumentException(
                        "not the values of \"" + lines.get(line) + "\": \"" + lines.get(line + 1) + "\"");
            }
            for (int column = 1; column < names.length; column++) {
                values.put(names[0] + names[column], Long.parseLong(numbers[column]));
            }
        }
        return new ProtocolCounters(values);
    }

    /** Datagrams that a socket of the namespace had no room for, since the namespace exists. */
    public long udpOverflows() {
        return value("Udp:RcvbufErrors");
    }

    private long value(String name) {
        Long value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("this kernel does not count " + name);
        }
        return value;
    }
}
