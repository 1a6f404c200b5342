// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.TargetRef;

/** A target of the snapshot with its name in it, registered or draining. */
record NumberedTarget(TargetRef ref, Target target, TargetGroup group) {}
