// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.util.Arrays;
import java.util.List;

/**
 * Which of the gateway nodes of a list packets are sent to: the first one, as long as it answers.
 *
 * <ul>
 *   <li>When the node in use falls silent, the first one of the list that has been answering for its waiting time is used
 *       at once; where none has, the first one that answers and whose waiting time has not grown; then the first one that
 *       answers at all; where none does, the node stays.
 *   <li>When a node before the one in use has been answering for its waiting time, it is used again.
 *   <li>The waiting time of a node is {@value #RETURN_AFTER_S} s. Each time a node falls silent within
 *       {@value #SETTLED_AFTER_S} s of being used again, its own doubles, up to {@value #RETURN_AFTER_MAX_S} s. One that has
 *       grown does so too where the node was used only because another one fell silent. When a node falls silent after a
 *       longer stay, it has the first one again.
 * </ul>
 *
 * <p>So a node that comes and goes is left at once each time, and is used again more and more seldom.
 *
 * <p><b>Threading</b>: confined to the thread that receives from the gateway. <b>Units</b>: nanoseconds of any
 * monotonic clock, which the caller reads.
 */
public final class GatewayChoice {

    /** How long a node must answer before it is used again, at first. */
    public static final long RETURN_AFTER_S = 10;

    /** The longest that time becomes. */
    public static final long RETURN_AFTER_MAX_S = 300;

    /** After a stay of that length a node is as good as it was at first. */
    public static final long SETTLED_AFTER_S = 60;

    private static final long NS_PER_S = 1_000_000_000L;

    /** Why another node is used. */
    public enum Reason {
        /** The same node is used. */
        NONE,
        /** The one before fell silent. */
        SILENT,
        /** An earlier one of the list has been answering for long enough. */
        RETURNED
    }

    private final List<KeepAlive> nodes;
    private final long[] waitingNs;
    private int current;
    private boolean returned;
    private long sinceNs;

    /**
     * The first node is used.
     *
     * @param nodes what is known of each, in the order of preference; kept, not copied
     * @param nowNs the time
     */
    public GatewayChoice(List<KeepAlive> nodes, long nowNs) {
        this.nodes = List.copyOf(nodes);
        this.waitingNs = new long[nodes.size()];
        Arrays.fill(waitingNs, RETURN_AFTER_S * NS_PER_S);
        this.sinceNs = nowNs;
    }

    /** Index of the node in use. */
    public int current() {
        return current;
    }

    /** Looks at the nodes again; to be called when one fell silent or began to answer, and as time passes. */
    public Reason update(long nowNs) {
        if (nodes.get(current).isSilent()) {
            int next = firstSettled(nodes.size(), nowNs);
            next = next < 0 ? firstAnswering(RETURN_AFTER_S * NS_PER_S) : next;
            next = next < 0 ? firstAnswering(Long.MAX_VALUE) : next;
            if (next < 0) {
                return Reason.NONE;
            }
            left(nowNs);
            use(next, false, nowNs);
            return Reason.SILENT;
        }
        int earlier = firstSettled(current, nowNs);
        if (earlier < 0) {
            return Reason.NONE;
        }
        use(earlier, true, nowNs);
        return Reason.RETURNED;
    }

    private int firstSettled(int end, long nowNs) {
        for (int i = 0; i < end; i++) {
            KeepAlive node = nodes.get(i);
            if (node.isAnswering() && node.answeringNs(nowNs) >= waitingNs[i]) {
                return i;
            }
        }
        return -1;
    }

    private int firstAnswering(long waitingMaxNs) {
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).isAnswering() && waitingNs[i] <= waitingMaxNs) {
                return i;
            }
        }
        return -1;
    }

    private void left(long nowNs) {
        boolean grown = waitingNs[current] > RETURN_AFTER_S * NS_PER_S;
        boolean again = (returned || grown) && nowNs - sinceNs < SETTLED_AFTER_S * NS_PER_S;
        waitingNs[current] =
                again ? Math.min(2 * waitingNs[current], RETURN_AFTER_MAX_S * NS_PER_S) : RETURN_AFTER_S * NS_PER_S;
    }

    private void use(int index, boolean again, long nowNs) {
        current = index;
        returned = again;
        sinceNs = nowNs;
    }
}
