// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0

/**
 * Runs the tests of this room, which lie in the packages of what they test, and says what came of them.
 *
 * <p>jcstress decides what was seen that must not be. What is here puts it in a few lines and an exit code.
 */
@NullMarked
package io.sluice.perf.stress;

import org.jspecify.annotations.NullMarked;
