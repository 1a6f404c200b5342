// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.util.Map;

/**
 * A packet committed together with what an independent implementation says of it.
 *
 * <p>The expectations are read by name and type, and asking for one that is not there is an error: a test cannot pass by
 * comparing with nothing.
 */
public final class GoldenPacket {
    private final String area;
    private final String name;
    private final byte[] bytes;
    private final String source;
    private final Map<String, Object> provenance;
    private final Map<String, Object> expected;

    GoldenPacket(String area, String name, byte[] bytes, Map<String, Object> document) {
        this.area = area;
        this.name = name;
        this.bytes = bytes.clone();
        this.source = (String) required(document, "source");
        this.provenance = FlatJson.object(required(document, "provenance"));
        this.expected = FlatJson.object(required(document, "expected"));
        if (!name.equals(required(document, "case"))) {
            throw new IllegalStateException(this + " describes another case");
        }
        required(provenance, "origin");
        required(provenance, "generator");
        required(provenance, "judge");
    }

    /** The folder, which says what the bytes are: {@code inner}, {@code geneve}, {@code outer}, {@code request}, {@code answer}. */
    public String area() {
        return area;
    }

    /** Name of the case within its area. */
    public String name() {
        return name;
    }

    /** The packet, a new copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** RFC section or sheet ID that the case stands for. */
    public String source() {
        return source;
    }

    /** Where the bytes come from. */
    public String origin() {
        return (String) required(provenance, "origin");
    }

    /** An expected number. */
    public long number(String field) {
        return (Long) required(expected, field);
    }

    /** An expected truth. */
    public boolean flag(String field) {
        return (Boolean) required(expected, field);
    }

    /** An expected text. */
    public String text(String field) {
        return (String) required(expected, field);
    }

    @Override
    public String toString() {
        return area + "/" + name;
    }

    private Object required(Map<String, Object> fields, String field) {
        Object value = fields.get(field);
        if (value == null) {
            throw new IllegalStateException(this + " has no " + field);
        }
        return value;
    }
}
