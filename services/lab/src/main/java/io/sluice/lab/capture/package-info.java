// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Taps on cables (AF_PACKET rings) and the pcap files that they write. */
@NullMarked
package io.sluice.lab.capture;

import org.jspecify.annotations.NullMarked;
