// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * The binary form of messages: a version byte, then fixed-order fields, one codec for each message and one helper for
 * each part that several messages share. JDK only.
 */
@NullMarked
package io.sluice.model.wire;

import org.jspecify.annotations.NullMarked;
