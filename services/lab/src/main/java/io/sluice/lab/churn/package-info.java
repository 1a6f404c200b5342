// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The configuration churn: live flows through a real gateway while an operator changes everything, and who may move when. */
@NullMarked
package io.sluice.lab.churn;

import org.jspecify.annotations.NullMarked;
