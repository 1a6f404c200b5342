// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the appliance behaves.
 *
 * @param returning what happens to packets
 * @param rules what of them is dropped all the same
 * @param delayMs how long a packet waits before it is returned; the order is kept
 * @param tamper how a packet is changed before it is returned
 * @param health what health checks meet
 */
public record ApplianceMode(Returning returning, DenyRules rules, int delayMs, Tamper tamper, Health health) {

    /** What happens to packets. */
    public enum Returning {
        /** They are returned. */
        ALL,
        /** They are dropped, as by a firewall's rule. */
        DROP,
        /** They are received and never returned, while health checks go on succeeding. */
        SILENT
    }

    /** What health checks meet. */
    public enum Health {
        /** 200. */
        OK,
        /** A closed port: TCP and HTTP checks fail alike. */
        REFUSED,
        /** An open port that answers 503: only HTTP checks fail. */
        STATUS_503
    }

    /** As an appliance should be. */
    public static final ApplianceMode NORMAL =
            new ApplianceMode(Returning.ALL, DenyRules.NONE, 0, Tamper.NONE, Health.OK);

    /** The longest delay. */
    public static final int DELAY_MS_MAX = 10_000;

    private static final int PORT_MAX = 65_535;

    /** The same in short, for a help text. */
    public static final String EXPECTED_BRIEFLY =
            "normal, or by commas drop, silent, deny=PORT[+PORT...], deny-half, delay=MS, tamper=WHAT, unhealthy,"
                    + " unhealthy=503";

    /** What the control port takes, for error messages. */
    public static final String EXPECTED =
            "normal, or by commas: drop | silent | deny=PORT[+PORT...] | deny-half | delay=1.." + DELAY_MS_MAX
                    + " | tamper[=" + Tamper.names() + "] | unhealthy[=refuse|503]";

    /**
     * Reads {@code normal} or a list by commas.
     *
     * @throws IllegalArgumentException where the text is no mode; the message says what would be
     */
    public static ApplianceMode parse(String text) {
        String stripped = text.strip();
        if (stripped.equals("normal")) {
            return NORMAL;
        }
        ApplianceMode mode = NORMAL;
        Set<String> names = new HashSet<>();
        for (String part : stripped.split(",", -1)) {
            String word = part.strip();
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = equals < 0 ? "" : word.substring(equals + 1);
            if (!names.add(name)) {
                throw invalid("'" + name + "' is given twice");
            }
            mode = mode.with(word, name, value, equals >= 0);
        }
        boolean choosy = mode.delayMs > 0 || mode.tamper != Tamper.NONE || !mode.rules.equals(DenyRules.NONE);
        if (mode.returning != Returning.ALL && choosy) {
            throw invalid("'" + stripped
                    + "' contradicts itself: where nothing is returned, nothing is denied, delayed or tampered with");
        }
        if (names.contains("drop") && names.contains("silent")) {
            throw invalid("'" + stripped + "' contradicts itself: drop and silent exclude each other");
        }
        return mode;
    }

    private ApplianceMode with(String word, String name, String value, boolean hasValue) {
        return switch (name) {
            case "drop" -> plain(word, hasValue, new ApplianceMode(Returning.DROP, rules, delayMs, tamper, health));
            case "silent" -> plain(word, hasValue, new ApplianceMode(Returning.SILENT, rules, delayMs, tamper, health));
            case "deny" -> withRules(new DenyRules(ports(word, value), rules.halfOfFlows()));
            case "deny-half" -> plain(word, hasValue, withRules(new DenyRules(rules.ports(), true)));
            case "delay" -> new ApplianceMode(returning, rules, delay(word, value), tamper, health);
            case "tamper" -> new ApplianceMode(returning, rules, delayMs, tamper(word, value, hasValue), health);
            case "unhealthy" -> new ApplianceMode(returning, rules, delayMs, tamper, health(word, value, hasValue));
            case "normal" -> throw invalid("'normal' stands alone");
            default -> throw invalid("'" + word + "' is no mode");
        };
    }

    private ApplianceMode withRules(DenyRules next) {
        return new ApplianceMode(returning, next, delayMs, tamper, health);
    }

    private static List<Integer> ports(String word, String value) {
        List<Integer> ports = new ArrayList<>();
        for (String text : value.split("\\+", -1)) {
            int port = number(text);
            if (port < 1 || port > PORT_MAX || ports.contains(port) || ports.size() == DenyRules.PORTS_MAX) {
                throw invalid("'" + word + "' is no list of at most " + DenyRules.PORTS_MAX + " different ports");
            }
            ports.add(port);
        }
        return ports;
    }

    /** A number of at most 5 digits; 0 for anything else. */
    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text) : 0;
    }

    private static ApplianceMode plain(String word, boolean hasValue, ApplianceMode mode) {
        if (hasValue) {
            throw invalid("'" + word + "' takes no value");
        }
        return mode;
    }

    private static int delay(String word, String value) {
        int delayMs = number(value);
        if (delayMs < 1 || delayMs > DELAY_MS_MAX) {
            throw invalid("'" + word + "' is no delay");
        }
        return delayMs;
    }

    private static Tamper tamper(String word, String value, boolean hasValue) {
        Tamper tamper = hasValue ? Tamper.of(value) : Tamper.COOKIE;
        if (tamper == null) {
            throw invalid("'" + word + "' is no way to tamper");
        }
        return tamper;
    }

    private static Health health(String word, String value, boolean hasValue) {
        if (!hasValue || value.equals("refuse")) {
            return Health.REFUSED;
        }
        if (value.equals("503")) {
            return Health.STATUS_503;
        }
        throw invalid("'" + word + "' is no way to be unhealthy");
    }

    private static IllegalArgumentException invalid(String what) {
        return new IllegalArgumentException(what + ": expected " + EXPECTED);
    }

    /** Text that {@link #parse} reads back. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        switch (returning) {
            case ALL -> {}
            case DROP -> text.append(",drop");
            case SILENT -> text.append(",silent");
        }
        text.append(rules.text());
        if (delayMs > 0) {
            text.append(",delay=").append(delayMs);
        }
        if (tamper != Tamper.NONE) {
            text.append(",tamper=").append(tamper.text());
        }
        switch (health) {
            case OK -> {}
            case REFUSED -> text.append(",unhealthy");
            case STATUS_503 -> text.append(",unhealthy=503");
        }
        return text.isEmpty() ? "normal" : text.substring(1);
    }
}
