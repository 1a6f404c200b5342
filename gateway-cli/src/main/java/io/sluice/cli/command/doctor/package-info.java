// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The command doctor: readings of a node and its host, and checks of them. */
@NullMarked
package io.sluice.cli.command.doctor;

import org.jspecify.annotations.NullMarked;
