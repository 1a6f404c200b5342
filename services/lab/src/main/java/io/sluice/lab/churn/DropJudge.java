// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which drops a run explains, reason by reason; every other reason is a fault.
 *
 * @param resets resets that came out, each in answer to a packet that was dropped (T14), and those of clients that did
 *     not come out: they are dropped for the same reason and not answered (T15)
 * @param moves flows that moved: what the old target returns later is dropped (T9, W-17, W-10)
 * @param cutOff packets that the visitor may have sent while it was cut off (E-4)
 * @param undecided new flows that may have found no healthy target while the group dropped then
 * @param probes whether data-path probes were on at any time: one may be late
 */
record DropJudge(long resets, long moves, long cutOff, long undecided, boolean probes) {

    /** What is not explained; empty where everything is. */
    List<String> faults(Map<String, Long> drops) {
        List<String> faults = new ArrayList<>();
        drops.forEach((reason, count) -> {
            long most = switch (reason) {
                case "endpoint_not_available" -> cutOff;
                case "fail_open_drop" -> undecided;
                case "return_cookie_mismatch", "return_target_mismatch", "return_flow_unknown", "target_unknown" ->
                    moves;
                case "probe_unknown" -> probes ? Long.MAX_VALUE : 0;
                case "reset_target_unhealthy", "reset_target_deregistered" -> resets;
                default -> 0;
            };
            if (count > most) {
                faults.add(reason + " " + count + ", of which " + most + " are explained");
            }
        });
        return faults;
    }
}
