// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** A minimal endpoint agent with the real one's command line, so that the demo can be rehearsed without the product. */
@SuppressWarnings("restricted")
final class StandInAgent {
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN_NO_PI = 0x1001;
    private static final int O_RDWR = 2;
    private static final int GENEVE_BYTES = 8;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2));
    private static final FunctionDescriptor TRANSFER = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle READ =
            LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("read"), TRANSFER);
    private static final MethodHandle WRITE =
            LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("write"), TRANSFER);

    private StandInAgent() {}

    public static void main(String[] arguments) throws Throwable {
        String device = option(arguments, "--device");
        int vni = Integer.parseInt(option(arguments, "--vni"));
        int tun = openTun(device);
        ip("link", "set", device, "mtu", option(arguments, "--mtu"), "up");
        DatagramChannel channel = DatagramChannel.open();
        channel.bind(address(option(arguments, "--local")));
        channel.connect(address(option(arguments, "--gateway")));
        System.out.println("attached " + device);
        Thread reverse = new Thread(() -> fromGateway(channel, tun), "from-gateway");
        reverse.setDaemon(true);
        reverse.start();
        toGateway(channel, tun, vni);
    }

    private static void toGateway(DatagramChannel channel, int tun, int vni) throws Throwable {
        MemorySegment memory = Arena.global().allocate(65536, 8);
        ByteBuffer packet = memory.asByteBuffer();
        while (true) {
            long count = (long) READ.invokeExact(tun, memory.asSlice(GENEVE_BYTES), 65536L - GENEVE_BYTES);
            if (count <= 0) {
                throw new IllegalStateException("read of the TUN device returned " + count);
            }
            boolean ipv6 = (packet.get(GENEVE_BYTES) & 0xf0) == 0x60;
            packet.clear().putInt(0, ipv6 ? 0x86dd : 0x0800).putInt(4, vni << 8);
            packet.limit(GENEVE_BYTES + (int) count);
            try {
                channel.write(packet);
            } catch (java.net.PortUnreachableException e) {
                System.err.println("gateway is not there");
            }
        }
    }

    private static void fromGateway(DatagramChannel channel, int tun) {
        MemorySegment memory = Arena.global().allocate(65536, 8);
        ByteBuffer packet = memory.asByteBuffer();
        while (true) {
            try {
                packet.clear();
                int count = channel.read(packet);
                int header = GENEVE_BYTES + (packet.get(0) & 0x3f) * 4;
                long _ = (long) WRITE.invokeExact(tun, memory.asSlice(header), (long) (count - header));
            } catch (java.net.PortUnreachableException e) {
                System.err.println("gateway is not there");
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static int openTun(String device) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(arena.allocateFrom("/dev/net/tun"), O_RDWR);
            MemorySegment request = arena.allocate(40, 8);
            request.setString(0, device);
            request.set(ValueLayout.JAVA_SHORT, 16, IFF_TUN_NO_PI);
            int result = (int) IOCTL.invokeExact(fd, TUNSETIFF, request);
            if (fd < 0 || result != 0) {
                throw new IllegalStateException("cannot make " + device);
            }
            return fd;
        }
    }

    static void ip(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command));
        }
    }

    static String option(String[] arguments, String name) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return arguments[i + 1];
            }
        }
        throw new IllegalArgumentException(name + " is missing");
    }

    static InetSocketAddress address(String text) {
        String[] parts = text.split(":");
        return new InetSocketAddress(java.net.InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1]));
    }
}
