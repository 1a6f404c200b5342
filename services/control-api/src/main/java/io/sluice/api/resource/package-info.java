// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Single resources of the configuration: how each is read, written, replaced in a model, and shown. No HTTP here. */
@NullMarked
package io.sluice.api.resource;

import org.jspecify.annotations.NullMarked;
