// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mark in a real file, whose disk fails when the test says so. */
class CommitMarkTest {

    @TempDir
    private Path directory;

    @Test
    void aNumberThatDidNotReachTheDiskIsNotRead() throws Exception {
        CommitMark.create(directory);
        try (FailingChannel channel = new FailingChannel(directory.resolve(CommitMark.FILE));
                CommitMark mark = new CommitMark(channel)) {
            mark.write(1);
            mark.write(2);
            channel.failForces(1);
            assertThatIOException().isThrownBy(() -> mark.write(3)).withMessage("Input/output error");
            assertThat(CommitMark.read(directory)).isEqualTo(new CommitMark.Reading(2, true));
            channel.failForces(2);
            assertThatIOException().isThrownBy(() -> mark.write(3)).satisfies(CommitMarkTest::saysBoth);
            assertThat(CommitMark.read(directory).number()).isEqualTo(2);
            mark.write(3);
            assertThat(CommitMark.read(directory).number()).isEqualTo(3);
        }
    }

    private static void saysBoth(IOException failure) {
        assertThat(failure.getSuppressed()).hasSize(1);
    }
}
