// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/** Why a flow left an ingress's table. */
public enum FlowEnd {
    /** No packet for its idle timeout (F-10, F-13). */
    IDLE(1),
    /** TCP: closed by both sides or reset by one, and its linger is over (F-19). */
    CLOSED(2),
    /** It went for a new flow, as there was no room. */
    EVICTED(3),
    /** Its sender was answered with a RST, as its target failed or left (T12-T14). */
    RESET(4),
    /** Its group, load balancer or endpoint is gone (T22), or it may be uninspected no more. */
    REMOVED(5);

    private final int code;

    FlowEnd(int code) {
        this.code = code;
    }

    /** The number that stands for it in batches, 1-5; never changed. */
    public int code() {
        return code;
    }

    /**
     * The end a code stands for.
     *
     * @throws IllegalArgumentException where it stands for none
     */
    public static FlowEnd ofCode(int code) {
        for (FlowEnd end : values()) {
            if (end.code == code) {
                return end;
            }
        }
        throw new IllegalArgumentException("flow end " + code + ": expected 1 to " + values().length);
    }

    /**
     * Whether the flow itself is over: not where only this table has heard nothing of it for long, or had no room for it, as
     * its packets may pass another.
     */
    public boolean isOver() {
        return this != IDLE && this != EVICTED;
    }

    /** Lower-case text as the admin routes print it. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
