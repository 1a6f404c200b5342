// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import java.util.List;

/** Every check, in the order of their numbers. */
final class Checks {

    static final List<Check> ALL = List.of(
            new Check("node", false, NodeChecks::node),
            new Check("sockets", true, HostChecks::sockets),
            new Check("buffers", true, HostChecks::buffers),
            new Check("mtu", true, HostChecks::mtu),
            new Check("rp_filter", true, HostChecks::reversePath),
            new Check("conntrack", true, HostChecks::conntrack),
            new Check("io_uring", false, HostChecks::ioUring),
            new Check("clock", false, NodeChecks::clock),
            new Check("ntp", true, HostChecks::timeSource),
            new Check("cluster", false, NodeChecks::cluster),
            new Check("store", false, NodeChecks::store),
            new Check("disk", true, HostChecks::disk),
            new Check("cookies", false, NodeChecks::cookies));

    private Checks() {}
}
