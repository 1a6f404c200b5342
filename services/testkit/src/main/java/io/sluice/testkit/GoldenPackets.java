// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Loads golden packets: resources {@code golden/<area>/<case>.hex} with {@code .json} beside it, listed in {@code
 * golden/index.txt}.
 *
 * <p>{@code scripts/generate-golden.py} of this module writes all of them; the committed files are what tests read.
 */
public final class GoldenPackets {
    private static final String ROOT = "/golden/";

    private GoldenPackets() {}

    /** One case. */
    public static GoldenPacket load(String area, String name) {
        String path = ROOT + area + "/" + name;
        return new GoldenPacket(
                area, name, Hex.parse(read(path + ".hex")), FlatJson.object(FlatJson.parse(read(path + ".json"))));
    }

    /** All cases of an area, in the order of their names. */
    public static List<GoldenPacket> all(String area) {
        String prefix = area + "/";
        List<GoldenPacket> packets = read(ROOT + "index.txt")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> load(area, line.substring(prefix.length())))
                .toList();
        if (packets.isEmpty()) {
            throw new IllegalArgumentException("no golden packets in area " + area);
        }
        return packets;
    }

    private static String read(String path) {
        try (InputStream stream = GoldenPackets.class.getResourceAsStream(path)) {
            if (stream == null) {
                throw new IllegalArgumentException("no resource " + path);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(path, failure);
        }
    }
}
