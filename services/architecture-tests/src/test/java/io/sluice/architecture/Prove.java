// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows that a test that carries a rule's id fails when the rule is off: draws rules by seed, switches each off in a copy
 * of the tree ({@link DisabledRule}), runs the tests of its id alone, and expects one of them to fail. Before that the
 * tests of all rules drawn must pass in the copy as it is.
 *
 * <p>Run by the launcher from source: {@code java Prove.java ROOT SEED COUNT [ID …]}; ids that are named are taken instead
 * of drawn ones. Writes {@code docs/disabled-rules.md} where rules were drawn. Exit codes: 0 shown for each, 1 not.
 *
 * <p>Tests that need a kernel ({@code …IT}) do not run here.
 */
final class Prove {

    static final String PAGE = "docs/disabled-rules.md";
    static final String EDITS = "services/architecture-tests/src/test/resources/disabled";

    private static final Set<String> NOT_COPIED = Set.of("target", ".git", ".idea");

    private final Path root;
    private final Path copy;
    private final Path logs;

    private Prove(Path root) {
        this.root = root;
        this.copy = root.resolve("target/prove/tree");
        this.logs = root.resolve("target/prove");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        long seed = Long.parseLong(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        List<String> named = Arrays.asList(arguments).subList(3, arguments.length);
        System.exit(new Prove(root).run(seed, count, named) ? 0 : 1);
    }

    private boolean run(long seed, int count, List<String> named) throws IOException, InterruptedException {
        List<DisabledRule> all =
                DisabledRule.readAll(root.resolve(EDITS), ContractRule.read(root.resolve(Conformance.CONTRACT)));
        List<DisabledRule> rules =
                all.stream().filter(rule -> named.contains(rule.id())).toList();
        if (named.isEmpty()) {
            rules = draw(all, seed, count);
            System.err.println("seed " + seed + " draws "
                    + rules.stream().map(DisabledRule::id).collect(Collectors.joining(", ")));
        }
        copyTree();
        StringBuilder table =
                new StringBuilder("| rule | what is off | tests that fail | shown |\n| --- | --- | --- | --- |\n");
        List<String> failing =
                failing(runTests(rules.stream().map(DisabledRule::id).toList(), "as-it-is"));
        if (!failing.isEmpty()) {
            System.err.println("tests fail with every rule on: " + failing);
            return false;
        }
        boolean shown = true;
        for (DisabledRule rule : rules) {
            String row = row(rule);
            System.err.print(row);
            table.append(row);
            shown &= row.endsWith("| yes |\n");
        }
        if (named.isEmpty()) {
            Files.writeString(root.resolve(PAGE), page(seed, all.size(), table.toString()));
        }
        return shown;
    }

    /** So many different rules, the same for the same seed and list. */
    static List<DisabledRule> draw(List<DisabledRule> all, long seed, int count) {
        List<DisabledRule> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(seed));
        return shuffled.stream().limit(count).toList();
    }

    private String row(DisabledRule rule) throws IOException, InterruptedException {
        Path file = copy.resolve(rule.file());
        String source = Files.readString(file);
        List<ProvingTest> ran;
        try {
            Files.writeString(file, rule.applyTo(source));
            ran = runTests(List.of(rule.id()), rule.id());
        } finally {
            Files.writeString(file, source);
        }
        List<String> failing = failing(ran);
        String tests = failing.stream().map(name -> "`" + name + "`").collect(Collectors.joining("<br>"));
        if (ran.stream().noneMatch(ProvingTest::hasRun)) {
            tests = "none ran: see target/prove/" + rule.id() + ".log";
        }
        return "| %s | %s | %s | %s |\n"
                .formatted(rule.id(), rule.sentence(), tests, failing.isEmpty() ? "**no**" : "yes");
    }

    private static List<String> failing(List<ProvingTest> tests) {
        return tests.stream()
                .filter(test -> test.failed() > 0)
                .map(ProvingTest::name)
                .toList();
    }

    /** Runs the tests of these rules in the copy; their results. */
    private List<ProvingTest> runTests(List<String> ids, String log) throws IOException, InterruptedException {
        deleteReports();
        List<ProvingTest> tests = testsOf(ids);
        Set<String> modules = new TreeSet<>();
        TreeMap<String, Set<String>> methods = new TreeMap<>();
        for (ProvingTest test : tests) {
            modules.add(
                    Files.exists(copy.resolve("services").resolve(test.module()))
                            ? "services/" + test.module()
                            : test.module());
            methods.computeIfAbsent(test.type(), type -> new TreeSet<>()).add(test.method() + "*");
        }
        String selection = methods.entrySet().stream()
                .map(type -> type.getKey() + "#" + String.join("+", type.getValue()))
                .collect(Collectors.joining(","));
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-Dstyle.color=never"));
        command.addAll(List.of("-fae", "-pl", String.join(",", modules), "-am", "test", "-Dtest=" + selection));
        command.addAll(List.of("-Dsurefire.failIfNoSpecifiedTests=false", "-Dspotless.check.skip"));
        command.addAll(List.of("-Dmdep.analyze.skip", "-Denforcer.skip", "-Dmaven.test.failure.ignore=true"));
        Process maven = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve(log + ".log").toFile())
                .start();
        maven.waitFor();
        return testsOf(ids);
    }

    private List<ProvingTest> testsOf(List<String> ids) throws IOException {
        return ProvingTests.find(copy).stream()
                .filter(test -> ids.contains(test.id()) && !test.type().endsWith("IT"))
                .toList();
    }

    /** Copies what has changed, and leaves what the copy has compiled. */
    private void copyTree() throws IOException {
        Set<Path> there = new TreeSet<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_COPIED.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path to = copy.resolve(root.relativize(file));
                there.add(to);
                byte[] content = content(file);
                if (!Files.exists(to) || !Arrays.equals(content, Files.readAllBytes(to))) {
                    Files.createDirectories(to.getParent());
                    Files.write(to, content);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        try (Stream<Path> old = Files.walk(copy)) {
            for (Path file : old.filter(Files::isRegularFile).toList()) {
                if (!there.contains(file) && !copy.relativize(file).toString().matches("(.*/)?target/.*")) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The checks of the compiler would find fault with the changes, and cost half of the time. */
    private byte[] content(Path file) throws IOException {
        if (!file.equals(root.resolve("pom.xml"))) {
            return Files.readAllBytes(file);
        }
        return Files.readString(file)
                .replaceAll("<arg>(-Werror|-Xplugin:ErrorProne[^<]*)</arg>", "")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void deleteReports() throws IOException {
        try (Stream<Path> files = Files.walk(copy)) {
            for (Path file : files.filter(path -> path.toString().matches(".*/target/[a-z]*-reports/TEST-[^/]*"))
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    private static String page(long seed, int edits, String table) {
        return """
                # Tests fail when their rule is off

                **Generated** by `./sluice prove --seed %d`: of the %d rules that can be switched off by a small change of the
                sources (the files `services/architecture-tests/src/test/resources/disabled/ID.edit`), this seed draws these.
                Each change is made in a copy of the tree, then the tests that carry the rule's id run, those that need a
                kernel aside. Before that all of them have passed in the copy as it is.

                """.formatted(seed, edits) + table;
    }
}
