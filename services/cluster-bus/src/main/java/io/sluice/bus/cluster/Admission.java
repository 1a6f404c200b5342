// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import io.sluice.model.id.NodeId;
import java.util.Map;
import java.util.function.Function;

/**
 * Whether a process may stay in a cluster that it has joined, by what the members announce that were there before it. It keeps
 * mistakes out, not members that lie.
 */
public interface Admission {

    /** Everybody may. */
    Admission EVERYBODY = elders -> new Verdict(Verdict.Kind.ADMITTED, "");

    /**
     * Judges.
     *
     * @param elders what the members say under a name, by the names of their nodes, eldest first; members that say nothing, as
     *     those of an earlier release, are left out
     */
    Verdict judge(Function<String, Map<NodeId, String>> elders);

    /**
     * What comes of it.
     *
     * @param reason names the key of the configuration and the member that is in the way; empty for one that is admitted
     */
    record Verdict(Kind kind, String reason) {

        /** What is to be done. */
        public enum Kind {
            /** The process stays. */
            ADMITTED,
            /** It is judged again for a while: who is in the way may itself be about to be refused. */
            DOUBTED,
            /** The process leaves at once. */
            REFUSED
        }
    }
}
