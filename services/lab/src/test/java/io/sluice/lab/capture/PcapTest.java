// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Capture files, written and read, ours and other people's. */
class PcapTest {
    private static final int FRAME_BYTES = 100;

    @TempDir
    private Path directory;

    private static ByteBuffer frame(int seed) {
        byte[] bytes = new byte[FRAME_BYTES];
        Arrays.fill(bytes, (byte) seed);
        return ByteBuffer.wrap(bytes);
    }

    private static List<PcapRecord> readAll(PcapReader reader) throws IOException {
        List<PcapRecord> records = new ArrayList<>();
        try (reader) {
            for (PcapRecord next = reader.next(); next != null; next = reader.next()) {
                records.add(next);
            }
        }
        return records;
    }

    private Path written(int snapLengthBytes, int count) throws IOException {
        Path file = directory.resolve("test.pcap");
        try (PcapWriter writer = new PcapWriter(file, snapLengthBytes)) {
            for (int i = 0; i < count; i++) {
                writer.write(1_700_000_000_123_456_789L + i, FRAME_BYTES, frame(i));
            }
        }
        return file;
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        // More than the writer's buffer of 256 KiB holds.
        List<PcapRecord> records = readAll(new PcapReader(written(FRAME_BYTES, 5_000)));

        assertThat(records).hasSize(5_000);
        for (int i = 0; i < records.size(); i++) {
            PcapRecord expected = new PcapRecord(1_700_000_000_123_456_789L + i, FRAME_BYTES, frame(i));
            assertThat(records.get(i)).isEqualTo(expected);
        }
    }

    @Test
    void longFramesAreCutAndKeepTheirLength() throws IOException {
        List<PcapRecord> records = readAll(new PcapReader(written(60, 1)));

        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.frame().limit()).isEqualTo(60);
            assertThat(record.originalLengthBytes()).isEqualTo(FRAME_BYTES);
        });
    }

    @Test
    void fileStillBeingWrittenEndsWithItsLastWholeFrame() throws IOException {
        byte[] whole = Files.readAllBytes(written(FRAME_BYTES, 2));
        int recordBytes = PcapWriter.RECORD_HEADER_BYTES + FRAME_BYTES;
        for (int cut = 1; cut <= recordBytes; cut++) {
            byte[] part = Arrays.copyOf(whole, whole.length - cut);
            assertThat(readAll(new PcapReader(new ByteArrayInputStream(part), "part")))
                    .as("cut by %s bytes", cut)
                    .hasSize(1);
        }
    }

    @Test
    void readsMicrosecondsInTheOtherByteOrder() throws IOException {
        ByteBuffer file = ByteBuffer.allocate(24 + 16 + 4).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0xa1b2c3d4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0);
        file.putInt(65_535).putInt(1);
        file.putInt(12).putInt(345_678).putInt(4).putInt(60).putInt(0x04030201);

        List<PcapRecord> records = readAll(new PcapReader(new ByteArrayInputStream(file.array()), "other"));

        assertThat(records)
                .containsExactly(new PcapRecord(12_345_678_000L, 60, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})));
    }

    @Test
    void refusesOtherFormatsLinkTypesAndImpossibleLengths() {
        byte[] bytes = new byte[24 + 16];
        ByteBuffer file = ByteBuffer.wrap(bytes);
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("no pcap file");
        file.putInt(0, PcapWriter.MAGIC_NANOSECONDS).putInt(20, 101);
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("link type 101");
        file.putInt(20, 1).putInt(24 + 8, -1);
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("impossible lengths");
    }

    private static List<PcapRecord> read(byte[] file) throws IOException {
        return readAll(new PcapReader(new ByteArrayInputStream(file), "wrong"));
    }
}
