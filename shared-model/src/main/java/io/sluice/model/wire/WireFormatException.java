// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

/**
 * Bytes that are no message of the kind they were read as; the only thing a decoder throws.
 *
 * <p>Nothing is logged or counted here: whoever reads bytes of others decides what to do with it.
 */
public final class WireFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final int position;

    /**
     * Says what was wrong where.
     *
     * @param field message and field, for example {@code FlowOpenBatch.keys}
     * @param position bytes from the message's first to where the field begins
     * @param problem what is there, and what was expected
     */
    WireFormatException(String field, int position, String problem) {
        super(field + " at byte " + position + ": " + problem);
        this.field = field;
        this.position = position;
    }

    /** The same for a value that a record refused. */
    WireFormatException(String field, int position, IllegalArgumentException refusal) {
        super(field + " at byte " + position + ": " + refusal.getMessage(), refusal);
        this.field = field;
        this.position = position;
    }

    /** Message and field that could not be read, for example {@code FlowOpenBatch.keys}. */
    public String field() {
        return field;
    }

    /** Bytes from the message's first byte to the place of the error. */
    public int position() {
        return position;
    }
}
