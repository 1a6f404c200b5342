// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/**
 * A row of the tables, as it was seen.
 *
 * @param newFlows what new flows did
 * @param existingFlows what flows did that were there before
 * @param recovery what recovery looked like
 * @param ok whether everything was as the row says
 * @param detail what was not, else what was done
 */
record Row(Id id, String newFlows, String existingFlows, String recovery, boolean ok, String detail) {

    /** The rows that the second act shows, by their identifiers in the behaviour sheet. */
    enum Id {
        F5("F-5", "two spokes with the same addresses"),
        T1A("T1a", "cross-zone off, an appliance of az1 fails"),
        T1B("T1b", "cross-zone off, none left in az1"),
        T3F("T3f", "a pinned flow's appliance recovers"),
        T3G("T3g", "cross-zone switched on live"),
        T2B("T2b", "cross-zone on, an appliance of az1 fails"),
        T2A("T2a", "cross-zone on, none left in az1"),
        T2C("T2c", "cross-zone on, none left at all"),
        T3E("T3e", "after fail-open, others turn healthy"),
        T14("T14", "TCP reset on unhealthy"),
        T5("T5", "target failover: rebalance"),
        T8("T8", "the old appliance recovers after rebalance");

        private final String text;
        private final String title;

        Id(String text, String title) {
            this.text = text;
            this.title = title;
        }

        /** As the sheet writes it. */
        String text() {
            return text;
        }

        /** The row in a few words. */
        String title() {
            return title;
        }
    }
}
