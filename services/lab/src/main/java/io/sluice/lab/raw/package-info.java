// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Datagrams made byte by byte, IPv4 header included, sent past every socket that would see to it that they are right. */
@NullMarked
package io.sluice.lab.raw;

import org.jspecify.annotations.NullMarked;
