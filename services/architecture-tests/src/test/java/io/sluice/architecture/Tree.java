// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The source tree as a reader sees it: text files without what builds and editors leave behind. */
final class Tree {

    private static final Set<String> NOT_SOURCES =
            Set.of(".git", ".idea", ".vscode", ".settings", "node_modules", "__pycache__");

    private Tree() {}

    /** The directory with the launcher, found upwards from where the tests run. */
    static Path root() {
        for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            if (Files.isRegularFile(directory.resolve("sluice")) && Files.isRegularFile(directory.resolve("pom.xml"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no directory above this one has the launcher and a pom.xml");
    }

    /** Text of every file by its path below {@code root}, separated by {@code /}; empty for a file that is no text. */
    static SortedMap<String, String> texts(Path root) throws IOException {
        SortedMap<String, String> texts = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_SOURCES.contains(String.valueOf(directory.getFileName())) || isBuildTree(directory)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()
                        && !String.valueOf(file.getFileName()).equals(".git")) {
                    String path = root.relativize(file).toString().replace('\\', '/');
                    texts.put(path, text(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return texts;
    }

    /** A package may be called target too. */
    private static boolean isBuildTree(Path directory) {
        return directory.endsWith("target") && Files.exists(directory.resolveSibling("pom.xml"));
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (MalformedInputException e) {
            return ""; // a capture or an image: nothing a person wrote as text
        }
    }
}
