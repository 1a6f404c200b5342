// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A value of which only the newest counts, handed as one instance to whoever follows it inside this process: what is made on
 * one thread, because it takes long, and read on many loops.
 *
 * <p>It is to the bus what a notice board is to letters. Nobody gets every value: a follower is told that there is another,
 * in its own time, and reads the newest then. So one that was busy is never given a stale one, and never more than one turn
 * behind.
 *
 * <p>What was set before something else was sent to a loop is there before it: a follower on an event loop is told by a task
 * on that loop, and its tasks keep their order.
 *
 * <p><b>Threading</b>: any thread reads and follows; one at a time sets.
 *
 * @param <T> an immutable value
 */
public final class Latest<T> {

    /** Ends following; any thread, and more than once does no harm. */
    public interface Following {

        /** No more is told, but for what is under way. */
        void end();
    }

    private final List<Consumer<T>> followers = new CopyOnWriteArrayList<>();
    private volatile T value;

    /** The first value. */
    public Latest(T first) {
        value = first;
    }

    /** The newest value. */
    public T get() {
        return value;
    }

    /** Puts a newer value in its place, and has everybody told. */
    public void set(T newer) {
        value = newer;
        followers.forEach(follower -> follower.accept(newer));
    }

    /**
     * Tells on a context that there is a newer value, once for all that came meanwhile; {@link #get} then has it. What was
     * set before is not told.
     */
    public Following follow(Context context, Runnable told) {
        AtomicBoolean due = new AtomicBoolean();
        return add(newer -> {
            if (due.compareAndSet(false, true)) {
                context.runOnContext(turn -> {
                    due.set(false); // before the value is read: one that comes from now on is told again
                    told.run();
                });
            }
        });
    }

    /** Tells every value on the thread that sets it, before it goes on; it must not be kept long. */
    public Following watch(Consumer<T> told) {
        return add(told);
    }

    private Following add(Consumer<T> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }
}
