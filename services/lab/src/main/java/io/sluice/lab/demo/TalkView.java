// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import java.util.Set;

/**
 * A flow of the second act in one scene: what it was before, what its client got, where the captures show it.
 *
 * @param isNew whether it was made in this scene
 * @param pinned the appliance that it was seen at last; empty for a new one
 * @param stalled whether what it said last before this scene had no answer
 * @param asked whether it said anything in this scene
 * @param answered whether what it said last was answered
 * @param reset whether its connection has been reset
 * @param answeredBy the servers that ever answered
 * @param seenAt the appliances that it was sent to in this scene
 * @param cookies its cookies in this scene
 * @param earlierCookies its cookies before this scene
 */
record TalkView(
        Site site,
        FlowName name,
        boolean isNew,
        String pinned,
        boolean stalled,
        boolean asked,
        boolean answered,
        boolean reset,
        Set<String> answeredBy,
        Set<String> seenAt,
        Set<Integer> cookies,
        Set<Integer> earlierCookies) {

    boolean tcp() {
        return name.protocol() == FlowName.TCP;
    }

    @Override
    public String toString() {
        return name + " (" + site + ")";
    }
}
