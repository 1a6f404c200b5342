// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Small files of the data directory. */
@NullMarked
package io.sluice.node.file;

import org.jspecify.annotations.NullMarked;
