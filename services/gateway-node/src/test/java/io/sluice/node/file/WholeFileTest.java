// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    @TempDir
    private Path directory;

    @Test
    void replacesAFileAndBringsItsNameToTheDisk() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "old and longer");
        Files.writeString(directory.resolve("file.new"), "left by a power cut");
        assertThat(Forced.during(() -> WholeFile.write(file, new byte[] {'n', 'e', 'w'})))
                .containsExactly(directory);
        assertThat(file).hasContent("new");
        assertThat(directory).isDirectoryNotContaining("glob:**.new");
    }
}
