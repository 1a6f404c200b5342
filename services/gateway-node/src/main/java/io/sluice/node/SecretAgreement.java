// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.cluster.Admission;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.id.NodeId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether a node's master secrets are those of the cluster that it joins. One with secrets of its own would pass for a member
 * and drop what others' flows bring back, as it reads no cookie but its own.
 *
 * <p>A member announces the fingerprints of its secrets, the issuing one's first, with a space between. Two members agree
 * where each takes what the other issues, as they do in every pass of a change of the secret. Two that have one in common may
 * be amid a change that was begun in haste, after the secret had been read: they are told and let be. Two that have none in
 * common are not of one gateway. Members of two clusters that become one are not judged.
 *
 * <p><b>Threading</b>: immutable.
 */
final class SecretAgreement implements Admission {

    /** Under which name a member announces them. */
    static final String ANNOUNCEMENT = "sluice-secrets";

    private static final String PURPOSE = "members of cluster ";
    private static final String SEPARATOR = " ";

    private final List<String> own;

    /**
     * @param cluster its name: fingerprints of one cluster say nothing about another's
     */
    SecretAgreement(MasterSecrets secrets, String cluster) {
        own = secrets.fingerprints(PURPOSE + cluster);
    }

    /** What this node's member announces. */
    String announcement() {
        return String.join(SEPARATOR, own);
    }

    /** Refuses a node that has no secret in common with an elder; doubts it while another elder has. */
    @Override
    public Verdict judge(Function<String, Map<NodeId, String>> elders) {
        NodeId stranger = null;
        boolean known = false;
        for (Entry<NodeId, String> elder : elders.apply(ANNOUNCEMENT).entrySet()) {
            if (!Collections.disjoint(own, theirs(elder))) {
                known = true;
            } else if (stranger == null) {
                stranger = elder.getKey();
            }
        }
        if (stranger == null) {
            return new Verdict(Verdict.Kind.ADMITTED, "");
        }
        return new Verdict(
                known ? Verdict.Kind.DOUBTED : Verdict.Kind.REFUSED,
                "node.secret-file: the secret in it is not the one of '%s', which is in the cluster already: expected the same file on each node, or theirs as node.accepted-secret-file while the secret is changed"
                        .formatted(stranger.value()));
    }

    /**
     * The first elder that takes not what this node issues, or issues what this node does not take; empty where all agree.
     *
     * @param elders what they announce, by their nodes' names
     */
    Optional<NodeId> apart(Map<NodeId, String> elders) {
        for (Entry<NodeId, String> elder : elders.entrySet()) {
            List<String> theirs = theirs(elder);
            if (!own.contains(theirs.getFirst()) || !theirs.contains(own.getFirst())) {
                return Optional.of(elder.getKey());
            }
        }
        return Optional.empty();
    }

    private static List<String> theirs(Entry<NodeId, String> elder) {
        return List.of(elder.getValue().split(SEPARATOR));
    }
}
