// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Who may do what on the admin port: tokens, roles, and bounds on guessing and on haste. */
@NullMarked
package io.sluice.api.access;

import org.jspecify.annotations.NullMarked;
