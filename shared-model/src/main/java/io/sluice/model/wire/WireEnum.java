// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.util.List;

/**
 * Codes of an enum's constants on the wire: the place in a list written by hand, from 1. A constant keeps its code
 * when the enum is reordered; a new one goes to the end of the list, with a new version of the messages that carry it.
 *
 * @param <E> the enum
 */
final class WireEnum<E extends Enum<E>> {

    private final String field;
    private final List<E> byCode;

    WireEnum(String field, List<E> byCode) {
        this.field = field;
        this.byCode = byCode;
    }

    List<E> constants() {
        return byCode;
    }

    void write(WireWriter writer, E value) {
        int index = byCode.indexOf(value);
        if (index < 0) {
            throw new IllegalArgumentException(field + " " + value + " has no code");
        }
        writer.u8(index + 1);
    }

    E read(WireReader reader) {
        int code = reader.u8(field);
        if (code < 1 || code > byCode.size()) {
            throw reader.wrong("code " + code + ": expected 1 to " + byCode.size());
        }
        return byCode.get(code - 1);
    }
}
