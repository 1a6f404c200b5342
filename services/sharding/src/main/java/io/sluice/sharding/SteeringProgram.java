// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.packet.geneve.GeneveFlyweight;
import java.util.ArrayList;
import java.util.List;

/**
 * The classic BPF program by which the kernel gives a datagram to its owner's socket: {@link OwnerHash} over the inner
 * addresses, for bare IPv4 and IPv6 inside. Everything else goes to socket 0.
 *
 * <p>A hint: frames and ICMP errors go by the addresses they show or to socket 0, and come to their owner by the rings. No
 * packet is trusted to have come to the right socket.
 *
 * <p><b>Machine</b>: accumulator A, index register X, memory M; a load beyond the datagram ends the program with 0. Offsets
 * start at the UDP payload. The number that is returned is that of the socket in the order of binding.
 *
 * <pre>
 *   M[0]  length of the GENEVE header      M[1]  f of the address in hand      M[2]  f of the first address
 * </pre>
 *
 * <p><b>Form</b>: one long an instruction, as {@code struct sock_filter} reads big-endian: 16 bits of code, 8 of jump if true,
 * 8 of jump if false, 32 of constant.
 *
 * <p><b>Source</b>: linux/filter.h, linux/bpf_common.h; socket(7), SO_ATTACH_REUSEPORT_CBPF.
 */
final class SteeringProgram {

    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_WORD_AT_X = 0x40;
    private static final int LOAD_X_FROM_MEMORY = 0x61;
    private static final int STORE = 0x02;
    private static final int AND = 0x54;
    private static final int ADD = 0x04;
    private static final int ADD_X = 0x0C;
    private static final int SHIFT_LEFT = 0x64;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int MULTIPLY = 0x24;
    private static final int REMAINDER = 0x94;
    private static final int XOR = 0xA4;
    private static final int XOR_X = 0xAC;
    private static final int A_TO_X = 0x07;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN_A = 0x16;
    private static final int RETURN = 0x06;

    private static final int HEADER_LENGTH = 0;
    private static final int IN_HAND = 1;
    private static final int FIRST = 2;

    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_DESTINATION = 24;

    private final List<Long> instructions = new ArrayList<>();
    private final OwnerHash hash;

    private SteeringProgram(OwnerHash hash) {
        this.hash = hash;
    }

    /** The program for the shards of a hash. */
    static long[] of(OwnerHash hash) {
        SteeringProgram ipv4 = new SteeringProgram(hash);
        ipv4.address(IPV4_SOURCE, 1);
        ipv4.put(STORE, FIRST);
        ipv4.address(IPV4_DESTINATION, 1);
        ipv4.owner();
        SteeringProgram ipv6 = new SteeringProgram(hash);
        ipv6.address(IPV6_SOURCE, 4);
        ipv6.put(STORE, FIRST);
        ipv6.address(IPV6_DESTINATION, 4);
        ipv6.owner();

        SteeringProgram whole = new SteeringProgram(hash);
        whole.put(LOAD_BYTE, 0);
        whole.put(AND, 0x3F);
        whole.put(SHIFT_LEFT, 2);
        whole.put(ADD, GeneveFlyweight.HEADER_BYTES);
        whole.put(STORE, HEADER_LENGTH);
        whole.put(LOAD_HALF, 2);
        whole.jumpUnlessEqual(GeneveFlyweight.PROTOCOL_IPV4, ipv4.instructions.size());
        whole.instructions.addAll(ipv4.instructions);
        whole.jumpUnlessEqual(GeneveFlyweight.PROTOCOL_IPV6, ipv6.instructions.size());
        whole.instructions.addAll(ipv6.instructions);
        whole.put(RETURN, 0);
        return whole.instructions.stream().mapToLong(Long::longValue).toArray();
    }

    /** A = f(address) of so many words, this far behind the GENEVE header. */
    private void address(int offset, int words) {
        for (int word = 0; word < words; word++) {
            put(LOAD_X_FROM_MEMORY, HEADER_LENGTH);
            put(LOAD_WORD_AT_X, offset + Integer.BYTES * word);
            if (word == 0) {
                put(XOR, hash.seed());
            } else {
                put(LOAD_X_FROM_MEMORY, IN_HAND);
                put(XOR_X, 0);
            }
            mix();
            if (word < words - 1) {
                put(STORE, IN_HAND);
            }
        }
    }

    /** Ends with the owner of the first address and the one in A. */
    private void owner() {
        put(LOAD_X_FROM_MEMORY, FIRST);
        put(ADD_X, 0);
        mix();
        put(REMAINDER, hash.shards());
        put(RETURN_A, 0);
    }

    private void mix() {
        xorShifted(OwnerHash.SHIFT_1);
        put(MULTIPLY, OwnerHash.MULTIPLIER_1);
        xorShifted(OwnerHash.SHIFT_2);
        put(MULTIPLY, OwnerHash.MULTIPLIER_2);
        xorShifted(OwnerHash.SHIFT_3);
    }

    private void xorShifted(int shift) {
        put(A_TO_X, 0);
        put(SHIFT_RIGHT, shift);
        put(XOR_X, 0);
    }

    private void put(int code, int constant) {
        put(code, 0, constant);
    }

    private void jumpUnlessEqual(int constant, int skipped) {
        put(JUMP_IF_EQUAL, skipped, constant);
    }

    private void put(int code, int jumpIfFalse, int constant) {
        instructions.add((long) code << 48 | (long) jumpIfFalse << 32 | (constant & 0xFFFF_FFFFL));
    }
}
