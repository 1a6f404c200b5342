// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a {@code *KernelIT} asks of the machine before it starts.
 *
 * <p>A test calls {@link #require} first, in a {@code @BeforeAll} or in the test itself. Where the machine lacks the
 * capability the test is skipped with the reason; where {@value #REQUIRE_KERNEL} is {@code true} in the environment,
 * as {@code ./sluice test} sets it for root, the same lack is a failure, so that a job meant to have a kernel cannot
 * turn green by skipping.
 *
 * <p><b>Threading</b>: any. <b>Errors</b>: {@link AssertionError} when required, else the aborted-test exception of
 * the test framework.
 */
public enum KernelCapability {
    /** {@code unshare} may make user, network and mount namespaces. */
    NETWORK_NAMESPACE {
        @Override
        String lack() {
            return succeeds("unshare", "-Urnm", "true")
                    ? ""
                    : "`unshare -Urnm true` fails: no unshare(1), or user namespaces are not permitted";
        }
    },
    /** {@code /dev/net/tun} may be opened. */
    TUN {
        @Override
        String lack() {
            try (RandomAccessFile device = new RandomAccessFile("/dev/net/tun", "rw")) {
                return device.getFD().valid() ? "" : "/dev/net/tun: not a valid descriptor";
            } catch (IOException e) {
                return "/dev/net/tun cannot be opened: " + e.getMessage();
            }
        }
    },
    /** io_uring is built in and not switched off for everybody; a container's seccomp profile may still refuse it. */
    IO_URING {
        @Override
        String lack() {
            try {
                String disabled = Files.readString(Path.of("/proc/sys/kernel/io_uring_disabled"))
                        .trim();
                return disabled.equals("2") ? "kernel.io_uring_disabled is 2" : "";
            } catch (IOException e) {
                // The sysctl is younger (6.6) than io_uring (5.1): without it, the system call itself is looked for.
                return kernelHas("io_uring_setup") ? "" : "the kernel has no io_uring_setup";
            }
        }
    },
    /** {@code tshark}, the independent judge of captures. */
    TSHARK {
        @Override
        String lack() {
            return onPath("tshark") ? "" : "no tshark on the PATH";
        }
    },
    /** {@code ethtool}, to have checksums on the wire as a network card would make them. */
    ETHTOOL {
        @Override
        String lack() {
            return onPath("ethtool") ? "" : "no ethtool on the PATH";
        }
    },
    /** A user-mode Linux kernel with its geneve module, and {@code insmod} to load it. */
    USER_MODE_LINUX {
        @Override
        String lack() {
            if (!onPath("linux.uml") || !onPath("insmod")) {
                return "no linux.uml (package user-mode-linux) or no insmod (package kmod) on the PATH";
            }
            try (Stream<Path> modules = Files.walk(Path.of("/usr/lib/uml/modules"))) {
                return modules.anyMatch(file -> file.endsWith("geneve.ko")) ? "" : "its kernel has no geneve module";
            } catch (IOException | UncheckedIOException e) {
                return "no modules in /usr/lib/uml/modules";
            }
        }
    },
    /** {@code nft}, from nftables. */
    NFTABLES {
        @Override
        String lack() {
            return onPath("nft") ? "" : "no nft (package nftables) on the PATH";
        }
    },
    /** {@code ip}, from iproute2. */
    IPROUTE2 {
        @Override
        String lack() {
            return onPath("ip") ? "" : "no ip on the PATH";
        }
    };

    /** Environment variable that turns a skip into a failure. */
    public static final String REQUIRE_KERNEL = "SLUICE_REQUIRE_KERNEL";

    private static final int PROCESS_SECONDS_MAX = 10;

    /** Goes on where the machine has this; else skips the calling test, or fails it where kernels are required. */
    public final void require() {
        requireOrSkip(lack(), Boolean.parseBoolean(System.getenv(REQUIRE_KERNEL)));
    }

    /** Requires each of them in turn. */
    public static void require(KernelCapability... capabilities) {
        for (KernelCapability capability : capabilities) {
            capability.require();
        }
    }

    /** Empty where the machine has this, else one line that says what is missing. */
    abstract String lack();

    final void requireOrSkip(String lack, boolean required) {
        if (lack.isEmpty()) {
            return;
        }
        String reason = name() + ": " + lack;
        if (required) {
            throw new AssertionError(reason + " (" + REQUIRE_KERNEL + "=true: a skip counts as a failure)");
        }
        assumeThat(lack).as(reason).isEmpty();
    }

    static boolean onPath(String program) {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of(path.split(File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static boolean kernelHas(String symbol) {
        try (Stream<String> symbols = Files.lines(Path.of("/proc/kallsyms"))) {
            return symbols.anyMatch(line -> line.contains(symbol));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(PROCESS_SECONDS_MAX, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
