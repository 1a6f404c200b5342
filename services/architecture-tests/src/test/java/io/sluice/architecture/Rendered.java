// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The objects that {@code kubectl kustomize} makes of a directory.
 *
 * @param objects in its order
 */
record Rendered(List<Map<?, ?>> objects) {

    static final Rendered NOTHING = new Rendered(List.of());

    private static final int SECONDS_MAX = 60;

    /**
     * Renders a directory; the test is skipped where there is no kubectl.
     *
     * @param tree the directory, from the root of the repository
     * @param files where to put what kubectl says
     */
    static Rendered of(String tree, Path files) throws IOException, InterruptedException {
        boolean kubectl = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "kubectl")));
        assumeThat(kubectl).as("kubectl on the PATH").isTrue();
        Path rendered = files.resolve("rendered.yaml");
        Path complaints = files.resolve("complaints");
        Process process = new ProcessBuilder(
                        "kubectl", "kustomize", Tree.root().resolve(tree).toString())
                .redirectOutput(rendered.toFile())
                .redirectError(complaints.toFile())
                .start();
        assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(complaints)).isZero();
        List<Map<?, ?>> objects = new ArrayList<>();
        for (Object object : loader().loadAllFromString(Files.readString(rendered))) {
            objects.add((Map<?, ?>) object);
        }
        return new Rendered(objects);
    }

    /** What each object is. */
    List<Object> kinds() {
        return objects.stream().map(object -> (Object) object.get("kind")).toList();
    }

    /** Those of a kind. */
    List<Map<?, ?>> objects(String kind) {
        return objects.stream()
                .filter(object -> kind.equals(object.get("kind")))
                .toList();
    }

    /** What is below some keys. */
    static Object at(Object from, String... keys) {
        Object value = from;
        for (String key : keys) {
            Object next = value instanceof Map<?, ?> map ? map.get(key) : null;
            if (next == null) {
                throw new AssertionError("no " + String.join(".", keys) + " in " + from);
            }
            value = next;
        }
        return value;
    }

    /** A document inside an object. */
    static Object yaml(Object text) {
        return loader().loadFromString(text.toString());
    }

    private static Load loader() {
        return new Load(LoadSettings.builder().build());
    }
}
