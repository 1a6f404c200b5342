// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The binary form of messages, one class for each type and version. */
@NullMarked
package io.sluice.model.wire;

import org.jspecify.annotations.NullMarked;
