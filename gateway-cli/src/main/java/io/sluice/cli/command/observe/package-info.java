// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What happens, as it happens. */
@NullMarked
package io.sluice.cli.command.observe;

import org.jspecify.annotations.NullMarked;
