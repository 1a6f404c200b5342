// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a Netty buffer unreleased.
 *
 * <p>Netty notices a leak when the collector has found the buffer. So the last buffer leaked is one of ours: once it is
 * reported, so are all that were lost before it.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {

    private static final String CANARY = "leaked on purpose by LeakWatch";

    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();
    private volatile boolean canarySeen;

    @Override
    public void beforeAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener(this::leaked);
    }

    private void leaked(String resource, String records) {
        if (records.contains(CANARY)) {
            canarySeen = true;
        } else {
            leaks.add(resource + records);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        leakCanary(context.getDisplayName());
        try {
            await().until(this::collected);
        } finally {
            ByteBufUtil.setLeakListener(null);
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " buffers leaked, the first: " + leaks.peek());
        }
    }

    /** Netty reports what looks the same only once, so each canary looks different. */
    @SuppressWarnings("CheckReturnValue") // the buffer is lost, that is the point
    private static void leakCanary(String unique) {
        ByteBufAllocator.DEFAULT.directBuffer(16).touch(CANARY + " in " + unique);
    }

    private boolean collected() {
        System.gc();
        // allocating is when Netty looks at what the collector found
        ByteBuf any = ByteBufAllocator.DEFAULT.directBuffer(16);
        any.release();
        return canarySeen;
    }
}
