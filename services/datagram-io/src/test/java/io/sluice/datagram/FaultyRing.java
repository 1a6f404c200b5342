// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands between an event loop's handles and its ring: takes nothing more, or answers in the kernel's place. */
final class FaultyRing {

    /** What becomes of a submission. */
    interface Fault {

        /** Null to let it through, what the kernel is to answer instead, or throws as a full ring does. */
        @Nullable
        Integer answer(Submitted ops);
    }

    static final Fault NONE = ops -> null;

    /** Timers that were set. */
    final List<ScheduledFuture<?>> timers = new CopyOnWriteArrayList<>();

    volatile Fault fault = NONE;

    /** Handles that may still be registered. */
    final AtomicInteger registrations = new AtomicInteger(Integer.MAX_VALUE);

    /** A full ring for these operations. */
    static Fault fullFor(byte... opcodes) {
        return ops -> {
            for (byte opcode : opcodes) {
                if (ops.opcode() == opcode) {
                    throw new IllegalStateException("SQ ring full");
                }
            }
            return null;
        };
    }

    /** The kernel's answer to every block of buffers. */
    static Fault buffersAnswered(int result) {
        return ops -> ops.opcode() == KernelAbi.OP_PROVIDE_BUFFERS ? result : null;
    }

    /** The same loop with this in between. */
    IoEventLoop of(IoEventLoop real) {
        return (IoEventLoop) Proxy.newProxyInstance(
                FaultyRing.class.getClassLoader(),
                new Class<?>[] {IoEventLoop.class},
                (self, method, arguments) -> call(real, method, arguments));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whoever called gets it
    private @Nullable Object call(IoEventLoop real, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getName().equals("register") && arguments != null && arguments[0] instanceof IoHandle handle) {
            return register(real, handle);
        }
        try {
            Object result = method.invoke(real, arguments);
            if (result instanceof ScheduledFuture<?> timer) {
                timers.add(timer);
            }
            return result;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private Future<IoRegistration> register(IoEventLoop real, IoHandle handle) {
        if (registrations.getAndDecrement() <= 0) {
            throw new IllegalStateException("no more handles");
        }
        Between between = new Between((IoUringIoHandle) handle);
        between.real = real.register(between).getNow();
        return ImmediateEventExecutor.INSTANCE.newSucceededFuture(between);
    }

    /** Of one handle; what is answered in the kernel's place comes when the kernel would have answered. */
    private final class Between implements IoUringIoHandle, IoRegistration {

        private static final IoUringIoOps NOP =
                new IoUringIoOps(KernelAbi.OP_NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, 0, (short) 0, (short) 0, 0, 0);

        private final IoUringIoHandle handle;
        private final Queue<IoUringIoEvent> answers = new ArrayDeque<>();
        private IoRegistration real = this;

        Between(IoUringIoHandle handle) {
            this.handle = handle;
        }

        @Override
        public long submit(IoOps ops) {
            Submitted submitted = Submitted.of(ops);
            Integer answer = fault.answer(submitted);
            if (answer == null) {
                return real.submit(ops);
            }
            answers.add(submitted.answer(answer));
            return real.submit(NOP);
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            boolean ours = ((IoUringIoEvent) event).opcode() == KernelAbi.OP_NOP && !answers.isEmpty();
            handle.handle(this, ours ? answers.remove() : event);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // the signature is Netty's
        public <T> T attachment() {
            return real.attachment();
        }

        @Override
        public boolean isValid() {
            return real.isValid();
        }

        @Override
        public boolean cancel() {
            return real.cancel();
        }

        @Override
        public void close() {
            try {
                handle.close();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }
    }
}
