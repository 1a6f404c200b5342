// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A class path without directories: each that holds classes of a room becomes a jar, what holds tests is left out.
 *
 * @param entries what it is made of
 * @param key of what is in the entries, by names, sizes and times
 */
record JarPath(List<Path> entries, String key) {

    private static final Path OWN = Path.of("target").toAbsolutePath();

    /**
     * That of this process. Integration tests get a jar of this room where others get the directory it is made of: both are the
     * directory here, so that both find the same.
     */
    static JarPath own() throws IOException {
        List<Path> entries = new ArrayList<>();
        CRC32 key = new CRC32();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String name : classPath.split(File.pathSeparator)) {
            Path given = Path.of(name).toAbsolutePath();
            boolean ownJar = OWN.equals(given.getParent()) && given.toString().endsWith(".jar");
            Path entry = ownJar ? OWN.resolve("classes") : given;
            if (entry.endsWith("test-classes") || !Files.exists(entry)) {
                continue;
            }
            entries.add(entry);
            try (Stream<Path> files = Files.walk(entry)) {
                for (Path file : files.sorted().toList()) {
                    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
                    if (is.isRegularFile()) {
                        key.update((file + " " + is.size() + " " + is.lastModifiedTime() + "\n")
                                .getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return new JarPath(List.copyOf(entries), Long.toHexString(key.getValue()));
    }

    /** Makes jars of the directories. */
    void make(Path directory) throws IOException {
        for (int i = 0; i < entries.size(); i++) {
            if (Files.isDirectory(entries.get(i))) {
                pack(entries.get(i), jar(directory, i));
            }
        }
    }

    /** As an option says it, with the jars that {@link #make} has made. */
    String in(Path directory) {
        return jars(directory).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** The jars, those that {@link #make} has made among them. */
    List<Path> jars(Path directory) {
        List<Path> jars = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            jars.add(Files.isDirectory(entries.get(i)) ? jar(directory, i) : entries.get(i));
        }
        return jars;
    }

    private static Path jar(Path directory, int number) {
        return directory.resolve("classes-" + number + ".jar");
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            zip.setLevel(1);
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                Files.copy(each, zip);
                zip.closeEntry();
            }
        }
    }
}
