// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Real clients and servers (TCP, UDP, ICMP echo; IPv4 and IPv6) that live in a namespace of a topology. */
@NullMarked
package io.sluice.lab.traffic;

import org.jspecify.annotations.NullMarked;
