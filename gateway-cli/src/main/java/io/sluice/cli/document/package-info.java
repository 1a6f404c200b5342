// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Documents that people write: YAML and JSON. */
@NullMarked
package io.sluice.cli.document;

import org.jspecify.annotations.NullMarked;
