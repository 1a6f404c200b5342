// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import io.sluice.model.flow.FlowRecord;
import io.sluice.records.FlowSamples;
import io.sluice.records.cluster.RecordMembers.RecordMember;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A member in a process of its own: its arguments are the cluster's name, its addresses, its index, and {@code write}
 * for one that writes as fast as it can. It says {@code ready}, and {@code kept N} when a batch is: the flows 256 N to
 * 256 N + 255.
 */
final class RecordProcess {

    private static final int BATCH = 256;
    private static final int OUTSTANDING_MAX = 16;

    private RecordProcess() {}

    public static void main(String[] arguments) throws Exception {
        RecordMember member = RecordMembers.parse(arguments[0], arguments[1]).start(Integer.parseInt(arguments[2]));
        System.out.println("ready");
        if (arguments.length < 4) {
            Thread.currentThread().join();
        }
        Semaphore room = new Semaphore(OUTSTANDING_MAX);
        for (int batch = 0; ; batch++) {
            room.acquire();
            int number = batch;
            List<FlowRecord> flows = new ArrayList<>(FlowSamples.flows(batch * BATCH, (batch + 1) * BATCH));
            member.records().write(flows).whenComplete((kept, failure) -> {
                if (failure == null) {
                    System.out.println("kept " + number);
                }
                room.release();
            });
        }
    }
}
