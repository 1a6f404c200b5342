// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What tshark reads in a capture at an appliance, put into words of our own. */
final class Tshark {
    private static final List<String> FIELDS = List.of(
            "ip.src",
            "ip.dst",
            "ipv6.src",
            "ipv6.dst",
            "ip.proto",
            "ipv6.nxt",
            "udp.srcport",
            "udp.dstport",
            "tcp.srcport",
            "tcp.dstport",
            "geneve.options");

    private static final String ENDPOINT_OPTION = "01080102";
    private static final String ATTACHMENT_OPTION = "01080202";
    private static final String COOKIE_OPTION = "01080301";

    private Tshark() {}

    /**
     * An encapsulated packet towards an appliance.
     *
     * @param tuple protocol, then both ends in the order of their text, so that both directions have one name
     */
    record Packet(String endpoint, String cookie, String tuple) {}

    /** The packets that an appliance was sent, as tshark decodes them. */
    static List<Packet> packetsTo(String appliance, Path capture) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
        // A dead appliance's host answers by ICMP, and tshark decodes the packet that is quoted: not one that was sent.
        command.addAll(List.of("-Y", "geneve && ip.dst == " + appliance + " && !(ip.src == " + appliance + ")"));
        command.addAll(List.of("-T", "fields", "-E", "separator=;", "-E", "occurrence=a"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().map(Tshark::packet).toList();
    }

    /** Outer values come first where a field is there twice. */
    private static Packet packet(String line) {
        String[] fields = line.split(";", -1);
        boolean ipv6 = !fields[2].isEmpty();
        int protocol = Integer.parseInt(ipv6 ? fields[5] : last(fields[4]));
        String source = ipv6 ? fields[2] : last(fields[0]);
        String destination = ipv6 ? fields[3] : last(fields[1]);
        if (protocol == 6) {
            source += " " + fields[8];
            destination += " " + fields[9];
        } else if (protocol == 17) {
            source += " " + last(fields[6]);
            destination += " " + last(fields[7]);
        }
        String options = fields[10].replace(":", "");
        assertThat(options)
                .as(line)
                .hasSize(64)
                .startsWith(ENDPOINT_OPTION)
                .contains(ATTACHMENT_OPTION)
                .contains(COOKIE_OPTION);
        return new Packet(options.substring(8, 24), options.substring(56), tuple(protocol, source, destination));
    }

    static String tuple(int protocol, String source, String destination) {
        return protocol + " "
                + (source.compareTo(destination) < 0 ? source + " - " + destination : destination + " - " + source);
    }

    private static String last(String values) {
        return values.substring(values.lastIndexOf(',') + 1);
    }
}
