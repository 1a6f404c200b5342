// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** A second kernel, run as an ordinary process, to have a counterpart that shares nothing with this machine's own. */
@NullMarked
package io.sluice.lab.uml;

import org.jspecify.annotations.NullMarked;
