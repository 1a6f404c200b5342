// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What must outlive the process: configuration revisions, who made them, tokens; as ports and values, without a database. */
@NullMarked
package io.sluice.api.store;

import org.jspecify.annotations.NullMarked;
