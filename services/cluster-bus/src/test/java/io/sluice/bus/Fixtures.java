// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.wire.WireCodec;
import io.sluice.model.wire.WireCodecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** The values of the committed byte fixtures of shared-model: one for each message, no field left at its default. */
final class Fixtures {

    private static final Path FOLDER = Path.of("..", "..", "shared-model", "src", "test", "resources", "wire");

    private Fixtures() {}

    static <T> T of(Class<T> type) {
        for (WireCodec<?> codec : WireCodecs.ALL) {
            if (codec.type() == type) {
                return type.cast(codec.decode(ByteBuffer.wrap(bytes(codec))));
            }
        }
        throw new AssertionError("no codec of " + type);
    }

    private static byte[] bytes(WireCodec<?> codec) {
        Path file = FOLDER.resolve(codec.name() + ".v1.hex");
        try {
            return HexFormat.of().parseHex(Files.readString(file).replace("\n", ""));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
