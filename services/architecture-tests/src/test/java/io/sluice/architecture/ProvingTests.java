// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Finds the tests whose names begin with the id of a rule: which there are is read in the sources, what became of them
 * in the reports of surefire and failsafe. A report of a test that no source has any more is left out.
 */
final class ProvingTests {

    private static final Pattern METHOD =
            Pattern.compile("(?m)^\\s+(?:(?:public|protected|static|final)\\s+)*void\\s+([a-z]\\w*)\\s*\\(");

    /** A text block may hold the source of a test, which is none. */
    private static final Pattern TEXT_BLOCK = Pattern.compile("(?s)\"\"\".*?(?<!\\\\)\"\"\"");

    private final List<Path> sources = new ArrayList<>();
    private final List<Path> reports = new ArrayList<>();
    private final Set<String> typesInSources = new HashSet<>();
    private final Set<String> methodsInSources = new HashSet<>();
    private final Set<String> methodsInReports = new HashSet<>();
    private final SortedMap<String, ProvingTest> tests = new TreeMap<>();

    private ProvingTests() {}

    /** All of them below {@code root}, in the order of their names. */
    static List<ProvingTest> find(Path root) throws IOException {
        ProvingTests found = new ProvingTests();
        found.walk(root);
        for (Path source : found.sources) {
            String type = source.getFileName().toString().replace(".java", "");
            found.typesInSources.add(type);
            methods(source).forEach(found.methodsInSources::add);
        }
        for (Path report : found.reports) {
            found.read(report);
        }
        for (Path source : found.sources) {
            found.addWithoutReport(source);
        }
        return List.copyOf(found.tests.values());
    }

    private void walk(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = root.relativize(file).toString().replace('\\', '/');
                if (path.matches("(.*/)?src/test/java/.*\\.java")) {
                    sources.add(file);
                } else if (path.matches("(.*/)?target/(surefire|failsafe)-reports/TEST-[^/]*\\.xml")) {
                    reports.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static List<String> methods(Path source) throws IOException {
        String code = TEXT_BLOCK.matcher(Files.readString(source)).replaceAll("");
        Matcher matcher = METHOD.matcher(code);
        List<String> methods = new ArrayList<>();
        while (matcher.find()) {
            if (ContractRule.idOf(matcher.group(1)).isPresent()) {
                methods.add(matcher.group(1));
            }
        }
        return methods;
    }

    private void read(Path report) throws IOException {
        String module = moduleOf(report, "target");
        try (InputStream in = Files.newInputStream(report)) {
            XMLInputFactory factory = XMLInputFactory.newFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            String type = "";
            String method = "";
            int failed = 0;
            int skipped = 0;
            while (xml.hasNext()) {
                int event = xml.next();
                String element = event == XMLStreamConstants.START_ELEMENT || event == XMLStreamConstants.END_ELEMENT
                        ? xml.getLocalName()
                        : "";
                if (event == XMLStreamConstants.END_ELEMENT && element.equals("testcase")) {
                    add(module, type, method, failed, skipped);
                } else if (event == XMLStreamConstants.START_ELEMENT) {
                    switch (element) {
                        case "testcase" -> {
                            type = simpleName(xml.getAttributeValue(null, "classname"));
                            method = xml.getAttributeValue(null, "name").replaceFirst("\\W.*", "");
                            failed = 0;
                            skipped = 0;
                        }
                        case "failure", "error" -> failed = 1;
                        case "skipped" -> skipped = 1;
                        default -> {}
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException(report + ": " + e.getMessage(), e);
        }
    }

    private void add(String module, String type, String method, int failed, int skipped) {
        if (!methodsInSources.contains(method) || !typesInSources.contains(type)) {
            return;
        }
        methodsInReports.add(method);
        ContractRule.idOf(method).ifPresent(id -> {
            ProvingTest none = new ProvingTest(id, module, type, method, 0, 0, 0);
            ProvingTest sum = tests.getOrDefault(none.name(), none);
            tests.put(none.name(), sum.plus(1 - Math.max(failed, skipped), failed, skipped));
        });
    }

    private void addWithoutReport(Path source) throws IOException {
        String type = source.getFileName().toString().replace(".java", "");
        for (String method : methods(source)) {
            if (!methodsInReports.contains(method)) {
                String id = ContractRule.idOf(method).orElseThrow();
                ProvingTest test = new ProvingTest(id, moduleOf(source, "src"), type, method, 0, 0, 0);
                tests.put(test.name(), test);
            }
        }
    }

    /** Name of the directory above {@code child}. */
    private static String moduleOf(Path file, String child) {
        Path directory = file;
        while (!directory.endsWith(child)) {
            directory = directory.getParent();
        }
        return directory.getParent().getFileName().toString();
    }

    private static String simpleName(String type) {
        return type.replaceFirst(".*\\.", "").replaceFirst("\\$.*", "");
    }
}
