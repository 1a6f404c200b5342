// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.ApplianceMode;
import io.sluice.appliance.core.Tamper;
import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The reference appliance's entry: {@code sluice appliance}. Exit codes: 0 ok, 1 failed, 2 usage. */
@Command(
        name = "sluice appliance",
        description = {
            "A correct one-arm appliance for demos and tests: returns what a gateway sends it, until SIGTERM or"
                    + " Ctrl-C.",
            "Its control port makes it misbehave: curl -d tamper=cookie http://ADDR:PORT/mode"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ok", "1:failed", "2:usage", "130, 143:stopped by Ctrl-C, SIGTERM"})
public final class ApplianceMain implements Callable<Integer> {

    private static final int GENEVE_PORT = 6081;
    private static final int HEALTH_PORT = 80;
    private static final String OFF = "off";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "ADDR[:PORT]",
            converter = ListenConverter.class,
            description =
                    "Where packets come to and leave from: one address of this host; port 6081 where none is given.")
    private @Nullable Ipv4SocketAddress listen;

    @Option(
            names = "--health",
            paramLabel = "ADDR[:PORT]|off",
            description = "Where HTTP and TCP health checks are answered. Default: port 80 of --listen.")
    private @Nullable String health;

    @Option(
            names = "--control",
            paramLabel = "ADDR:PORT|off",
            description =
                    "HTTP port for GET /stats, GET /mode and POST /mode; it asks for no credentials. Default: off.")
    private String control = OFF;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "One line per new flow and direction; starts anew at 16 MiB and keeps the file before.")
    private @Nullable Path log;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            converter = ModeConverter.class,
            description = "How it behaves at first: " + ApplianceMode.EXPECTED_BRIEFLY + ". Default: normal.")
    private ApplianceMode mode = ApplianceMode.NORMAL;

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command, for tests that need no process. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new ApplianceMain());
        line.getCommandSpec().usageMessage().footer(footer());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println(command.getCommandName() + ": " + failure.getMessage());
            err.flush();
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        return line;
    }

    /** What {@code tamper=} takes: the names and sentences of {@link Tamper}. */
    private static String[] footer() {
        List<String> lines = new ArrayList<>(List.of(
                "",
                "deny=PORT drops by inner TCP or UDP destination port, deny-half every second flow.",
                "tamper=WHAT changes what is returned; a gateway must drop it:"));
        for (boolean mustPass : new boolean[] {false, true}) {
            if (mustPass) {
                lines.add("and must not mind:");
            }
            for (Tamper tamper : Tamper.values()) {
                if (tamper != Tamper.NONE && tamper.mustPass() == mustPass) {
                    lines.add("  %-13s %s".formatted(tamper.text(), tamper.sentence()));
                }
            }
        }
        return lines.toArray(String[]::new);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Appliance appliance = Appliance.start(settings());
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform().name("sluice-appliance-stop").unstarted(appliance::close));
        PrintWriter out = spec.commandLine().getOut();
        out.println("listening address=" + text(appliance.listenAddress()) + " health="
                + text(appliance.healthAddress()) + " control=" + text(appliance.controlAddress()) + " mode="
                + appliance.mode());
        out.flush();
        if (!appliance.awaitEnd()) {
            throw new IOException("receiving failed; the log says why");
        }
        return 0;
    }

    private static String text(@Nullable InetSocketAddress address) {
        return address == null ? OFF : address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private ApplianceSettings settings() {
        Ipv4SocketAddress at = listen;
        if (at == null) {
            throw new IllegalStateException("required options are checked by the parser");
        }
        Ipv4SocketAddress healthAddress = health == null
                ? new Ipv4SocketAddress(at.address(), HEALTH_PORT)
                : addressOrOff("--health", health, HEALTH_PORT);
        return new ApplianceSettings(at, healthAddress, addressOrOff("--control", control, 0), log, mode);
    }

    private @Nullable Ipv4SocketAddress addressOrOff(String option, String text, int defaultPort) {
        if (text.equals(OFF)) {
            return null;
        }
        try {
            return defaultPort == 0 ? Ipv4SocketAddress.parse(text) : Ipv4SocketAddress.parse(text, defaultPort);
        } catch (IllegalArgumentException invalid) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': " + invalid.getMessage() + ", or off");
        }
    }

    /** Reads the address to listen on. */
    static final class ListenConverter implements ITypeConverter<Ipv4SocketAddress> {
        @Override
        public Ipv4SocketAddress convert(String text) {
            Ipv4SocketAddress address;
            try {
                address = Ipv4SocketAddress.parse(text, GENEVE_PORT);
            } catch (IllegalArgumentException invalid) {
                throw new TypeConversionException(String.valueOf(invalid.getMessage()));
            }
            if (address.address().bits() == 0) {
                throw new TypeConversionException(
                        "'" + text + "' is no single address: expected one that this host has,"
                                + " because packets must leave from the address they came to (W-3)");
            }
            return address;
        }
    }

    /** Reads a mode. */
    static final class ModeConverter implements ITypeConverter<ApplianceMode> {
        @Override
        public ApplianceMode convert(String text) {
            try {
                return ApplianceMode.parse(text);
            } catch (IllegalArgumentException invalid) {
                throw new TypeConversionException(String.valueOf(invalid.getMessage()));
            }
        }
    }
}
