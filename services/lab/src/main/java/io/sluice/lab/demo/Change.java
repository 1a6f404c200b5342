// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.util.List;

/** What is done to the appliances or to the configuration before a scene is judged. */
sealed interface Change {

    /** The process is killed, as by a power cut. */
    record Kill(String appliance) implements Change {
        @Override
        public String toString() {
            return "kill -9 " + appliance;
        }
    }

    /** The appliance goes on running, returns nothing and fails its health checks. */
    record Silence(List<String> appliances) implements Change {
        @Override
        public String toString() {
            return String.join(", ", appliances) + " silent and unhealthy";
        }
    }

    /** The appliances run again, as they should. */
    record Restore(List<String> appliances) implements Change {
        @Override
        public String toString() {
            return String.join(", ", appliances) + " back";
        }
    }

    /** The gateway's own document is put back with another value of a key. */
    record Set(String key, String value) implements Change {
        @Override
        public String toString() {
            return "PUT /v1/config " + key + ": " + value;
        }
    }
}
