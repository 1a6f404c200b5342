// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.IoOps;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.lang.reflect.Method;

/** What one submission says; Netty keeps that to itself, and a field it renames fails the tests. */
record Submitted(int opcode, int count, int first, long address, int bytes, long data) {

    static Submitted of(IoOps ops) {
        return new Submitted(
                (int) field(ops, "opcode"),
                (int) field(ops, "fd"),
                (int) field(ops, "union1"),
                field(ops, "union2"),
                (int) field(ops, "len"),
                field(ops, "userData"));
    }

    private static long field(IoOps ops, String name) {
        try {
            Method accessor = IoUringIoOps.class.getDeclaredMethod(name);
            accessor.setAccessible(true);
            return ((Number) accessor.invoke(ops)).longValue();
        } catch (ReflectiveOperationException renamed) {
            throw new LinkageError(name, renamed);
        }
    }

    IoUringIoEvent answer(int result) {
        return new IoUringIoEvent(result, 0, (byte) opcode, data);
    }
}
