// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A process that writes a journal as fast as it can, with many groups under way: its arguments are a data directory and
 * a seed. It says {@code done N} when the groups up to N are acknowledged.
 */
final class JournalProcess {

    static final JournalIdentity IDENTITY = JournalIdentity.of(List.of("a fingerprint"));
    private static final int OUTSTANDING_MAX = 200;

    private JournalProcess() {}

    public static void main(String[] arguments) throws Exception {
        FlowJournal journal = FlowJournal.open(Path.of(arguments[0]), IDENTITY, JournalLimits.DEFAULT);
        JournalWriting writing = new JournalWriting(Long.parseLong(arguments[1]));
        Semaphore room = new Semaphore(OUTSTANDING_MAX);
        for (int each = 1; ; each++) {
            int group = each;
            room.acquire();
            writing.write(journal).whenComplete((kept, failure) -> {
                System.out.println((failure == null ? "done " : "failed ") + group);
                room.release();
            });
        }
    }
}
