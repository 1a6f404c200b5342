// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Every option of the gateway, as its contract has them, and the page that says which test sees packets change by each. */
final class Options {

    static final String CONTRACT = "services/control-api/src/main/resources/openapi/gateway-v1.yaml";
    static final String PAGE = "docs/options.md";

    /** What a row says instead of tests. */
    static final String NO_PACKET = "no packet: ";

    private static final String SCHEMA = "#/components/schemas/Configuration";
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][^`]*)` \\| (.*) \\|$");
    private static final Pattern TEST = Pattern.compile("`([a-z-]+)/([A-Za-z0-9]+)#([A-Za-z0-9]+)`");

    private Options() {}

    /** What is wrong with the page, of a tree by its paths. */
    static List<String> problems(SortedMap<String, String> tree) {
        List<String> problems = new ArrayList<>();
        SortedMap<String, String> rows = new TreeMap<>();
        for (Matcher row = ROW.matcher(tree.getOrDefault(PAGE, "")); row.find(); ) {
            rows.put(row.group(1), row.group(2));
        }
        SortedSet<String> options = ofContract(tree.get(CONTRACT));
        options.stream()
                .filter(option -> !rows.containsKey(option))
                .forEach(option -> problems.add(option + ": no row says which test sees packets change by it"));
        rows.forEach((option, said) -> {
            if (!options.contains(option)) {
                problems.add(option + ": there is no such option");
            }
            judge(tree, option, said, problems);
        });
        return problems;
    }

    private static void judge(SortedMap<String, String> tree, String option, String said, List<String> problems) {
        int tests = 0;
        for (Matcher test = TEST.matcher(said); test.find(); tests++) {
            String end = "/" + test.group(1) + "/src/test/java/";
            String file = "/" + test.group(2) + ".java";
            Pattern method = Pattern.compile("\\bvoid " + test.group(3) + "\\(");
            if (tree.entrySet().stream()
                    .noneMatch(source -> ("/" + source.getKey()).contains(end)
                            && source.getKey().endsWith(file)
                            && method.matcher(source.getValue()).find())) {
                problems.add(option + ": there is no test " + test.group());
            }
        }
        if (tests == 0 && !said.startsWith(NO_PACKET)) {
            problems.add(option + ": expected tests, or '" + NO_PACKET + "' and why");
        }
    }

    /** Keys of the configuration document that may be written, {@code []} for an element of a list. */
    static SortedSet<String> ofContract(String contract) {
        Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(contract);
        SortedSet<String> options = new TreeSet<>();
        collect(root, Map.of("$ref", SCHEMA), "", options);
        return options;
    }

    private static void collect(Map<?, ?> root, Map<?, ?> schema, String path, SortedSet<String> options) {
        Map<?, ?> resolved = resolved(root, schema);
        if (Boolean.TRUE.equals(resolved.get("readOnly"))) {
            return;
        }
        if (resolved.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((key, value) ->
                    collect(root, (Map<?, ?>) value, path.isEmpty() ? key.toString() : path + "." + key, options));
        } else if (resolved.get("items") instanceof Map<?, ?> items
                && resolved(root, items).containsKey("properties")) {
            collect(root, items, path + "[]", options);
        } else {
            options.add(path);
        }
    }

    private static Map<?, ?> resolved(Map<?, ?> root, Map<?, ?> schema) {
        if (!(schema.get("$ref") instanceof String reference)) {
            return schema;
        }
        Map<?, ?> at = root;
        for (String step : reference.substring(2).split("/")) {
            at = (Map<?, ?>) at.get(step);
        }
        return at;
    }
}
