// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The few Linux calls that the JDK has no API for, by the foreign-function API. */
@NullMarked
package io.sluice.lab.os;

import org.jspecify.annotations.NullMarked;
