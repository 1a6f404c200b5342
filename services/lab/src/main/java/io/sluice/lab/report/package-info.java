// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What a scenario tells while it runs, and the checks that it is judged by. */
@NullMarked
package io.sluice.lab.report;

import org.jspecify.annotations.NullMarked;
