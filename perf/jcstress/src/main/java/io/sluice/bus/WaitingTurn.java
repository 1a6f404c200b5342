// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;

/** An event loop of which a task can be asked, and on which one waits at most. */
final class WaitingTurn {

    private static final Method RUN_ON_CONTEXT;

    static {
        try {
            RUN_ON_CONTEXT = Context.class.getMethod("runOnContext", Handler.class);
        } catch (NoSuchMethodException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final AtomicReference<Handler<Void>> waiting = new AtomicReference<>();

    /** What is known of the loop. */
    Context context() {
        return (Context)
                Proxy.newProxyInstance(Context.class.getClassLoader(), new Class<?>[] {Context.class}, this::called);
    }

    @SuppressWarnings("unchecked") // the parameter of the one method
    private Object called(Object context, Method method, Object[] arguments) {
        if (!method.equals(RUN_ON_CONTEXT)) {
            throw new UnsupportedOperationException(method.getName());
        }
        if (!waiting.compareAndSet(null, (Handler<Void>) arguments[0])) {
            throw new IllegalStateException("two tasks wait");
        }
        return null;
    }

    /** By the loop: runs what waits, if anything does. */
    void run() {
        if (waiting.getPlain() != null) {
            waiting.getAndSet(null).handle(null);
        }
    }
}
