// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.PacketBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The program run by a machine of the test's own: it says what {@link OwnerReader} says. */
class SteeringProgramTest {

    private static final int INSTRUCTIONS_MAX = 4_096;

    /** Classic BPF as the kernel's documentation has it, as much of it as the program uses. */
    private static int run(long[] program, byte[] datagram) {
        ByteBuffer packet = ByteBuffer.wrap(datagram);
        int[] memory = new int[16];
        int a = 0;
        int x = 0;
        for (int pc = 0; pc < program.length; pc++) {
            int code = (int) (program[pc] >>> 48);
            int ifTrue = (int) (program[pc] >>> 40) & 0xFF;
            int ifFalse = (int) (program[pc] >>> 32) & 0xFF;
            int k = (int) program[pc];
            switch (code) {
                case 0x30, 0x28, 0x40 -> {
                    int at = code == 0x40 ? x + k : k;
                    int bytes = code == 0x30 ? 1 : code == 0x28 ? 2 : 4;
                    if (at < 0 || at > datagram.length - bytes) {
                        return 0;
                    }
                    a = bytes == 1
                            ? packet.get(at) & 0xFF
                            : bytes == 2 ? packet.getShort(at) & 0xFFFF : packet.getInt(at);
                }
                case 0x61 -> x = memory[k];
                case 0x02 -> memory[k] = a;
                case 0x54 -> a &= k;
                case 0x04 -> a += k;
                case 0x0C -> a += x;
                case 0x64 -> a <<= k;
                case 0x74 -> a >>>= k;
                case 0x24 -> a *= k;
                case 0x94 -> a = Integer.remainderUnsigned(a, k);
                case 0xA4 -> a ^= k;
                case 0xAC -> a ^= x;
                case 0x07 -> x = a;
                case 0x15 -> pc += a == k ? ifTrue : ifFalse;
                case 0x16 -> {
                    return a;
                }
                case 0x06 -> {
                    return k;
                }
                default -> throw new AssertionError("instruction 0x%x".formatted(code));
            }
        }
        throw new AssertionError("the program has no end");
    }

    private static int owner(OwnerHash hash, byte[] datagram) {
        return new OwnerReader(hash).ownerOf(ByteBuffer.wrap(datagram), 0, datagram.length);
    }

    @Test
    void saysWhoOwnsBareIpv4AndIpv6() {
        Random random = new Random(0x5EED_0A16L);
        for (int shards : new int[] {2, 3, 4, 64}) {
            OwnerHash hash = new OwnerHash(shards, random.nextInt());
            long[] program = SteeringProgram.of(hash);
            assertThat(program).hasSizeLessThan(INSTRUCTIONS_MAX);
            for (int i = 0; i < 1_000; i++) {
                byte[] inner = i % 2 == 0
                        ? PacketBuilder.ipv4().udp(1, 2).build()
                        : PacketBuilder.ipv6().udp(1, 2).build();
                for (int at = i % 2 == 0 ? 12 : 8; at < (i % 2 == 0 ? 20 : 40); at++) {
                    inner[at] = (byte) random.nextInt();
                }
                byte[] bare = PacketBuilder.geneve().payload(inner).build();
                assertThat(run(program, bare)).isEqualTo(owner(hash, bare));
                byte[] withOptions =
                        PacketBuilder.geneve().gwlb(1, 2).payload(inner).build();
                assertThat(run(program, withOptions)).isEqualTo(owner(hash, withOptions));
            }
        }
    }

    @Test
    void sendsWhatItDoesNotKnowToTheFirstSocket() {
        long[] program = SteeringProgram.of(new OwnerHash(4, 7));
        byte[] whole = PacketBuilder.geneve()
                .payload(PacketBuilder.ipv4()
                        .from("10.0.0.1")
                        .to("10.0.0.2")
                        .udp(1, 2)
                        .build())
                .build();
        for (int length = 0; length < 28; length++) {
            assertThat(run(program, Arrays.copyOf(whole, length))).isZero();
        }
        assertThat(run(
                        program,
                        PacketBuilder.geneve()
                                .protocolType(0x6558)
                                .payload(new byte[60])
                                .build()))
                .isZero();
    }
}
