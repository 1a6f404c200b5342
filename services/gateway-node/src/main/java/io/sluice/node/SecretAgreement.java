// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.id.NodeId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * Whether a node's master secrets are those of the cluster that it joins. One with secrets of its own would pass for a member
 * and drop what others' flows bring back, as it reads no cookie but its own.
 *
 * <p>A member announces the fingerprints of its secrets, the issuing one's first, with a space between. Two members agree
 * where each takes what the other issues, as they do in every pass of a change of the secret. Two that have one in common may
 * be amid a change that was begun in haste, after the secret had been read: they are told and let be. Two that have none in
 * common are not of one gateway.
 *
 * <p><b>Threading</b>: immutable.
 */
final class SecretAgreement {

    /** Under which name a member announces them. */
    static final String ANNOUNCEMENT = "sluice-secrets";

    private static final String PURPOSE = "members of one cluster";
    private static final String SEPARATOR = " ";

    private final List<String> own;

    SecretAgreement(MasterSecrets secrets) {
        own = secrets.fingerprints(PURPOSE);
    }

    /** What this node's member announces. */
    String announcement() {
        return String.join(SEPARATOR, own);
    }

    /**
     * Refuses to be in a cluster with members whose secrets are other ones.
     *
     * @param members what they announce, by their nodes' names
     * @return the first that takes not all that this node issues, or issues what this node does not take; empty where all
     *     agree
     * @throws IllegalStateException naming the key and the first member that has none of this node's secrets
     */
    Optional<NodeId> require(Map<NodeId, String> members) {
        Optional<NodeId> apart = Optional.empty();
        for (Entry<NodeId, String> member : members.entrySet()) {
            List<String> theirs = List.of(member.getValue().split(SEPARATOR));
            if (Collections.disjoint(own, theirs)) {
                throw new IllegalStateException(
                        "node.secret-file: the secret in it is not the one of '%s', which is in the cluster already: expected the same file on each node, or theirs as node.accepted-secret-file while the secret is changed"
                                .formatted(member.getKey().value()));
            }
            if (apart.isEmpty() && !(own.contains(theirs.getFirst()) && theirs.contains(own.getFirst()))) {
                apart = Optional.of(member.getKey());
            }
        }
        return apart;
    }
}
