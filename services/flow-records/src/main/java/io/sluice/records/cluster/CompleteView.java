// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.sluice.model.id.Ipv4SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the cluster knows of every flow there is: what a node that starts kept on its own disk is then worth nothing.
 *
 * <p>Somebody says so once, and it is known as long as the cluster lives: after a loss of all members at once nobody has said
 * it. <b>Threading</b>: any, but no event loop: the cluster is asked.
 */
public final class CompleteView {

    private static final String NAME = "flow-view-v1";
    private static final String COMPLETE = "complete";

    /** Attribute of a member: that flows of an earlier start of its process may live. */
    private static final String STARTED_BEFORE = "sluice-started-before";

    private final HazelcastInstance hazelcast;
    private final IMap<String, Boolean> view;

    /** Of a member's cluster. */
    public CompleteView(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
        view = hazelcast.getMap(NAME);
    }

    /** Says in a member's configuration whether flows of an earlier start of its process may live. */
    public static void configure(Config config, boolean startedBefore) {
        config.getMemberAttributeConfig().setAttribute(STARTED_BEFORE, Boolean.toString(startedBefore));
    }

    /** Whether somebody has said so. */
    public boolean isComplete() {
        return view.containsKey(COMPLETE);
    }

    /**
     * Whether no flow can be missing because this is the first start there ever was: everybody who is expected is here, and
     * nobody here has started before.
     *
     * @param expected addresses of the members that the cluster is to have
     */
    public boolean isFirstStart(List<Ipv4SocketAddress> expected) {
        Set<Member> members = hazelcast.getCluster().getMembers();
        return members.stream().allMatch(member -> "false".equals(member.getAttribute(STARTED_BEFORE)))
                && here(members, expected) == expected.size();
    }

    /** Tells a window who is here. */
    public void show(ViewWindow window, List<Ipv4SocketAddress> expected, long nowMs) {
        Set<Member> members = hazelcast.getCluster().getMembers();
        window.members(
                members.stream().map(Member::getUuid).collect(Collectors.toSet()),
                here(members, expected),
                expected.size(),
                nowMs);
    }

    private static int here(Set<Member> members, List<Ipv4SocketAddress> expected) {
        Set<String> here = members.stream()
                .map(member -> member.getAddress().getHost() + ":"
                        + member.getAddress().getPort())
                .collect(Collectors.toSet());
        return (int) expected.stream()
                .map(Ipv4SocketAddress::toString)
                .filter(here::contains)
                .count();
    }

    /** Says so: every flow has had the time to be heard of. */
    public void complete() {
        view.set(COMPLETE, true);
    }
}
