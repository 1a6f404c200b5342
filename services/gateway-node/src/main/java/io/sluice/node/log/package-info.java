// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What keeps a node's log readable whoever speaks to its ports; named by {@code logback.xml}, imported by nobody. */
@NullMarked
package io.sluice.node.log;

import org.jspecify.annotations.NullMarked;
