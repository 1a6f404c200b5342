// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One message, or what is kept in its form, with its codec and its committed bytes; knows the type that a test over all
 * messages need not know.
 */
record WireCase<T>(WireCodec<T> codec, T sample, int version) {

    static Stream<WireCase<?>> all() {
        Stream<WireCase<?>> first = Stream.concat(WireCodecs.ALL.stream(), Stream.of(WireCodecs.FLOW_RECORD))
                .map(codec -> of(codec, WireSamples.ALL, 1));
        Stream<WireCase<?>> second = WireCodecs.ALL.stream()
                .filter(codec -> codec.version() == 2)
                .map(codec -> of(codec, WireSamples.OF_VERSION_2, 2));
        return Stream.concat(first, second);
    }

    private static <T> WireCase<T> of(WireCodec<T> codec, List<Object> samples, int version) {
        T sample = samples.stream()
                .filter(codec.type()::isInstance)
                .map(codec.type()::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sample of " + codec.name()));
        return new WireCase<>(codec, sample, version);
    }

    byte[] fixture() {
        String file = "/wire/" + codec.name() + ".v" + version + ".hex";
        try (InputStream hex = Objects.requireNonNull(WireCase.class.getResourceAsStream(file), file)) {
            String digits = new String(hex.readAllBytes(), StandardCharsets.US_ASCII).replace("\n", "");
            return HexFormat.of().parseHex(digits);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(file, unreadable);
        }
    }

    byte[] encoded() {
        return codec.encode(sample);
    }

    T decode(byte[] bytes) {
        return codec.decode(ByteBuffer.wrap(bytes));
    }

    /** Decodes, and encodes what came out. */
    byte[] again(byte[] bytes) {
        return codec.encode(decode(bytes));
    }

    @Override
    public String toString() {
        return codec.name() + " v" + version;
    }
}
