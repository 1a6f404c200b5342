// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tidy tree looks like, as functions from texts to problems.
 *
 * <p>Patterns are written so that this file does not match them itself.
 */
final class Tidy {

    static final int OVERLAY_LINES_MAX = 29;

    private static final String LICENCE = """
            // Sluice: a gateway load balancer that runs anywhere.
            // SPDX-License-Identifier: Apache-2.0
            """;

    private static final Pattern LEFT_TO_DO =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b(?!\\s*\\(#\\d+\\))");
    private static final Pattern DISABLED = Pattern.compile("(?m)^\\s*@Dis" + "abled\\b");
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.\\-/}>)])/(?:wo" + "rk|ro" + "ot)/");
    private static final Pattern REGISTRY_HOST =
            Pattern.compile("\\b(?:docker\\.io|(?:gcr|ghcr|quay)\\.io|registry[a-z0-9-]*\\.[a-z0-9-]+\\.[a-z]+"
                    + "|[a-z0-9-]*(?:artifactory|nexus|jfrog)[a-z0-9-]*\\.[a-z0-9.-]+)\\b");
    private static final Pattern REPOSITORY_ELEMENT =
            Pattern.compile("<(repository|pluginRepository|mirror|distributionManagement)>");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]\\n]*\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^\\s*```.*?^\\s*```\\s*$|`[^`\\n]*`");
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?-->");
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<(?:dependency|path)>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>(?:(?!</dependency>).)*",
            Pattern.DOTALL);
    private static final Pattern PERF = Pattern.compile("<artifactId>perf-[a-z]+</artifactId>");

    private Tidy() {}

    /** Each Java file opens with the licence. */
    static List<String> licenceHeaders(Map<String, String> texts) {
        return problems(
                texts,
                path -> path.endsWith(".java"),
                text -> !text.startsWith(LICENCE),
                "does not open with the licence");
    }

    /** What is left to do has an issue: {@code (#12)} right after the word. */
    static List<String> leftToDo(Map<String, String> texts) {
        return matches(texts, path -> true, LEFT_TO_DO, "leaves work without an issue number");
    }

    /** No test is switched off. */
    static List<String> disabledTests(Map<String, String> texts) {
        return matches(texts, path -> path.endsWith(".java"), DISABLED, "switches a test off");
    }

    /** No path of one particular machine. */
    static List<String> machinePaths(Map<String, String> texts) {
        return matches(texts, path -> true, MACHINE_PATH, "names a path of one machine");
    }

    /** No host that jars or images come from: that is the reader's own setting. */
    static List<String> registryHosts(Map<String, String> texts) {
        List<String> problems = matches(texts, path -> true, REGISTRY_HOST, "names a registry");
        problems.addAll(matches(texts, path -> path.endsWith("pom.xml"), REPOSITORY_ELEMENT, "names a repository"));
        return problems;
    }

    /** Maven is the reader's own, no script that downloads one. */
    static List<String> mavenWrapper(Map<String, String> texts) {
        return problems(
                texts,
                path -> path.startsWith(".mvn/wrapper/") || path.matches("(.*/)?mvnw(\\.cmd)?"),
                text -> true,
                "is a Maven wrapper");
    }

    /** Overlays say what differs, and little does. */
    static List<String> overlaySizes(Map<String, String> texts) {
        return problems(
                texts,
                path -> path.startsWith("k8s/overlays/"),
                text -> text.lines().count() > OVERLAY_LINES_MAX,
                "has more than " + OVERLAY_LINES_MAX + " lines");
    }

    /** Every relative link of a Markdown file leads to a file or directory of the tree. */
    static List<String> deadLinks(SortedMap<String, String> texts) {
        Set<String> known = new TreeSet<>(texts.keySet());
        texts.keySet().forEach(path -> addParents(known, path));
        List<String> problems = new ArrayList<>();
        texts.forEach((path, text) -> {
            if (!path.endsWith(".md")) {
                return;
            }
            Matcher link = LINK.matcher(CODE.matcher(text).replaceAll(""));
            while (link.find()) {
                String target = link.group(1);
                if (!target.matches("[a-z][a-z+.-]*:.*") && !leadsSomewhere(path, target, text, known)) {
                    problems.add(path + " links to " + target + ", which is not there");
                }
            }
        });
        return problems;
    }

    /** Each module named by a POM has a README. */
    static List<String> moduleReadmes(Map<String, String> texts) {
        List<String> problems = new ArrayList<>();
        texts.forEach((path, text) -> {
            if (!path.equals("pom.xml") && !path.endsWith("/pom.xml")) {
                return;
            }
            String directory = path.substring(0, path.length() - "pom.xml".length());
            Matcher module = MODULE.matcher(COMMENT.matcher(text).replaceAll(""));
            while (module.find()) {
                String readme = directory + module.group(1) + "/README.md";
                if (!texts.containsKey(readme)) {
                    problems.add(readme + " is missing");
                }
            }
        });
        return problems;
    }

    /** Nothing depends on the benchmarks. */
    static List<String> usersOfPerf(Map<String, String> texts) {
        return matches(
                texts,
                path -> path.endsWith("pom.xml") && !path.startsWith("perf/"),
                PERF,
                "depends on a benchmark module");
    }

    /** Each library that a POM names has its line in {@code docs/libraries.md}. */
    static List<String> unexplainedLibraries(Map<String, String> texts) {
        String explained = texts.getOrDefault("docs/libraries.md", "");
        List<String> problems = new ArrayList<>();
        texts.forEach((path, text) -> {
            Matcher dependency = DEPENDENCY.matcher(
                    path.endsWith("pom.xml") ? COMMENT.matcher(text).replaceAll("") : "");
            while (dependency.find()) {
                String artifact = dependency.group(2);
                boolean ours = dependency.group(1).equals("io.sluice");
                if (!ours && !dependency.group().contains("<type>pom") && !explained.contains("`" + artifact + "`")) {
                    problems.add(path + " names " + artifact + ", docs/libraries.md does not");
                }
            }
        });
        return problems;
    }

    private static boolean leadsSomewhere(String from, String target, String text, Set<String> known) {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        if (file.isEmpty()) {
            return anchors(text).contains(target.substring(1));
        }
        List<String> parts = new ArrayList<>(List.of(from.split("/")));
        parts.removeLast();
        for (String part : file.split("/")) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    return false;
                }
                parts.removeLast();
            } else if (!part.equals(".") && !part.isEmpty()) {
                parts.add(part);
            }
        }
        return known.contains(String.join("/", parts));
    }

    /** Anchors that a renderer makes of the headings: lower case, punctuation gone, spaces to hyphens. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new TreeSet<>();
        text.lines()
                .filter(line -> line.matches("#{1,6} .*"))
                .forEach(line -> anchors.add(line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-')));
        return anchors;
    }

    private static void addParents(Set<String> known, String path) {
        known.add("");
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            known.add(path.substring(0, slash));
        }
    }

    private static List<String> problems(
            Map<String, String> texts, Predicate<String> paths, Predicate<String> wrong, String problem) {
        List<String> problems = new ArrayList<>();
        texts.forEach((path, text) -> {
            if (paths.test(path) && wrong.test(text)) {
                problems.add(path + " " + problem);
            }
        });
        return problems;
    }

    private static List<String> matches(
            Map<String, String> texts, Predicate<String> paths, Pattern pattern, String problem) {
        List<String> problems = new ArrayList<>();
        texts.forEach((path, text) -> {
            if (paths.test(path)) {
                Matcher matcher = pattern.matcher(text);
                while (matcher.find()) {
                    long line = text.substring(0, matcher.start()).lines().count();
                    problems.add(path + ":" + Math.max(line, 1) + " " + problem + ": "
                            + matcher.group().strip());
                }
            }
        });
        return problems;
    }
}
