// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What happens, as it happens, for those who listen. */
@NullMarked
package io.sluice.api.event;

import org.jspecify.annotations.NullMarked;
