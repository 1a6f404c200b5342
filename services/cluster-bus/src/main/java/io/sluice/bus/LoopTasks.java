// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a verticle's loop, in the order they come in. What comes before the verticle is deployed waits for that: others
 * of the process may have something to say by then, as members that merge while a node starts do.
 *
 * <p><b>Threading</b>: any thread gives tasks; the verticle begins once.
 */
public final class LoopTasks implements Executor {

    private final List<Runnable> early = new ArrayList<>();
    private volatile @Nullable Context loop;

    @Override
    public void execute(Runnable task) {
        Context known = loop;
        if (known == null) {
            synchronized (this) {
                known = loop;
                if (known == null) {
                    early.add(task);
                    return;
                }
            }
        }
        known.runOnContext(turn -> task.run());
    }

    /** From now on tasks run, those that have waited first. */
    public synchronized void begin(Context context) {
        early.forEach(task -> context.runOnContext(turn -> task.run()));
        early.clear();
        loop = context;
    }
}
