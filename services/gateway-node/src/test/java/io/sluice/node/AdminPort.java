// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;

/** What answers on the admin routes of a gateway. */
interface AdminPort {

    /** Body of an admin route. */
    String get(String path) throws IOException, InterruptedException;
}
