// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

/** How data is printed. */
public enum OutputFormat {
    /** Columns for people; separated by tabs where nobody watches. */
    table,
    /** The gateway's answer. */
    json,
    /** The gateway's answer. */
    yaml,
    /** Columns separated by tabs, without headings. */
    tsv
}
