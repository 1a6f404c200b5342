// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands a classic BPF program to the kernel as a socket option.
 *
 * <p><b>Layout</b> (linux/filter.h): {@code sock_fprog} is a count of 16 bits and, at byte 8, the address of the
 * instructions; a {@code sock_filter} is code (16 bits), jump if true and if false (8 each), constant (32).
 */
final class ClassicBpf {

    /** What a socket receives at all. */
    static final int SO_ATTACH_FILTER = 26;

    /** Which of the sockets that share an address receives. */
    static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    private static final int SOL_SOCKET = 1;
    private static final int PROGRAM_BYTES = 16;
    private static final int ADDRESS_AT = 8;
    private static final int INSTRUCTION_BYTES = 8;

    private ClassicBpf() {}

    /** How a socket takes an option in its kernel's form. */
    interface RawOptions {

        /** Sets it; the value is a direct buffer's remaining bytes. */
        void set(int level, int name, ByteBuffer value) throws IOException;
    }

    /**
     * Attaches a program, which the kernel copies.
     *
     * @param option one of the above
     * @param instructions each as 16 bits of code, 8 and 8 of jumps, 32 of constant
     * @throws IOException with the kernel's reason
     */
    static void attach(RawOptions options, int option, long[] instructions) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate((long) instructions.length * INSTRUCTION_BYTES, INSTRUCTION_BYTES);
            for (int i = 0; i < instructions.length; i++) {
                long at = (long) i * INSTRUCTION_BYTES;
                long instruction = instructions[i];
                code.set(ValueLayout.JAVA_SHORT, at, (short) (instruction >>> 48));
                code.set(ValueLayout.JAVA_BYTE, at + 2, (byte) (instruction >>> 40));
                code.set(ValueLayout.JAVA_BYTE, at + 3, (byte) (instruction >>> 32));
                code.set(ValueLayout.JAVA_INT, at + 4, (int) instruction);
            }
            ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
            program.putShort(0, (short) instructions.length);
            program.putLong(ADDRESS_AT, code.address());
            options.set(SOL_SOCKET, option, program);
        }
    }
}
