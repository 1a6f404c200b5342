// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.ext.web.Router;

/** One resource of the admin port. */
public interface AdminRoute {

    /** Adds the resource's paths. */
    void mount(Router router);
}
