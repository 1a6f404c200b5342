// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.GatewayChoice;
import io.sluice.agent.core.TunnelMtu;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code attach}: creates the device and forwards until it is told to stop. */
@Command(
        name = "attach",
        description = {
            "Create a TUN device and tunnel what is routed into it to a gateway, until SIGTERM or Ctrl-C.",
            "Addresses and routes are yours to set; the device and its routes vanish when the agent ends."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ok", "1:failed", "2:usage", "130, 143:stopped by Ctrl-C, SIGTERM"})
final class AttachCommand implements Callable<Integer> {

    /** The gateway's and the attachment's port where none is named. */
    static final int DEFAULT_PORT = 6080;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // read by picocli
    private boolean help;

    @Option(names = "--device", required = true, paramLabel = "NAME", description = "Name of the TUN device to create.")
    private String device = "";

    @Option(
            names = "--vni",
            required = true,
            paramLabel = "N",
            converter = VniConverter.class,
            description = "The endpoint's virtual network identifier, 0 to 16777215.")
    private Vni vni = new Vni(0);

    @Option(
            names = "--gateway",
            required = true,
            paramLabel = "ADDR[:PORT]",
            converter = AddressConverter.class,
            split = ",",
            description = {
                "The ingress address of a gateway node; port 6080 where none is given. Give it again for each further node,"
                        + " up to " + AgentSettings.GATEWAYS_MAX
                        + ": the first one is used while it answers, the next within"
                        + " a second after it fell silent, the first again once it has answered for "
                        + GatewayChoice.RETURN_AFTER_S + " s."
            })
    private List<Ipv4SocketAddress> gateways = new ArrayList<>();

    @Option(
            names = "--local",
            required = true,
            paramLabel = "ADDR[:PORT]",
            converter = AddressConverter.class,
            description = "This attachment's own address, as the gateway knows it; port 6080 where none is given.")
    private @Nullable Ipv4SocketAddress local;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            converter = MtuConverter.class,
            description = "MTU of the device, 576 to 8500. Default: that of the path to the gateway minus 68.")
    private int mtuBytes;

    @Option(
            names = "--no-offload",
            description = "Let every packet pass by itself, though the kernel could hand over and take many at once.")
    private boolean noOffload;

    @Option(
            names = "--queues",
            paramLabel = "N",
            converter = QueuesConverter.class,
            description = "Queues of the device, 1 to " + AgentSettings.QUEUES_MAX
                    + ", each with a thread from it to the gateway; flows spread over them. Default: 1.")
    private int queues = 1;

    @Override
    public Integer call() throws IOException, InterruptedException {
        EndpointAgent agent = EndpointAgent.attach(settings());
        Thread onExit = Thread.ofPlatform().name("sluice-agent-stop").unstarted(agent::close);
        Runtime.getRuntime().addShutdownHook(onExit);
        PrintWriter out = spec.commandLine().getOut();
        AgentSettings settings = agent.settings();
        out.println("attached device=" + settings.device() + " vni=" + settings.vni() + " gateway="
                + settings.gatewaysText() + " mtu=" + agent.mtuBytes() + " queues=" + agent.queues());
        out.flush();
        String failure = agent.awaitEnd();
        if (failure != null) {
            agent.close();
            throw new IOException("device '" + settings.device() + "': " + failure);
        }
        return 0;
    }

    private AgentSettings settings() {
        if (!TunDevice.isValidName(device)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--device': '" + device + "' is no device name: expected 1 to 15 letters,"
                            + " digits, '-', '_' or '.', for example gwe0");
        }
        if (local == null) {
            throw new IllegalStateException("required options are checked by the parser");
        }
        try {
            return new AgentSettings(device, vni, gateways, local, mtuBytes, !noOffload, queues);
        } catch (IllegalArgumentException invalid) {
            throw new ParameterException(
                    spec.commandLine(), "Invalid value for option '--gateway': " + invalid.getMessage());
        }
    }

    /** Reads a VNI. */
    static final class VniConverter implements ITypeConverter<Vni> {
        @Override
        public Vni convert(String text) {
            return new Vni(number(text, "0 to " + Vni.MAX));
        }
    }

    /** Reads an address with an optional port. */
    static final class AddressConverter implements ITypeConverter<Ipv4SocketAddress> {
        @Override
        public Ipv4SocketAddress convert(String text) {
            try {
                Ipv4SocketAddress address = Ipv4SocketAddress.parse(text, DEFAULT_PORT);
                if (address.address().bits() == 0) {
                    throw new TypeConversionException("'" + text + "' is no single address: expected for example"
                            + " 10.0.0.1, because both ends answer only the address they were told");
                }
                return address;
            } catch (IllegalArgumentException invalid) {
                throw new TypeConversionException(String.valueOf(invalid.getMessage()));
            }
        }
    }

    /** Reads an MTU. */
    static final class MtuConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            String expected = TunnelMtu.MIN + " to " + TunnelMtu.MAX;
            int value = number(text, expected);
            if (!TunnelMtu.isValid(value)) {
                throw new TypeConversionException("mtu " + value + " is out of range: expected " + expected);
            }
            return value;
        }
    }

    /** Reads a number of queues. */
    static final class QueuesConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            String expected = "1 to " + AgentSettings.QUEUES_MAX;
            int value = number(text, expected);
            if (!AgentSettings.isNumberOfQueues(value)) {
                throw new TypeConversionException(value + " queues are out of range: expected " + expected);
            }
            return value;
        }
    }

    private static int number(String text, String expected) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw new TypeConversionException("'" + text + "' is no number: expected " + expected);
        }
    }
}
