// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what {@code ./sluice demo --json} printed: prints how many of its checks passed and failed, names the failed
 * ones on stderr. A row or flow that is not right, and a part of the report that is absent or empty, count as failed.
 */
final class DemoReport {
    private DemoReport() {}

    public static void main(String[] arguments) throws Exception {
        JsonNode report = new ObjectMapper().readTree(new File(arguments[0]));
        List<String> failures = new ArrayList<>();
        int passed = 0;
        for (String part : List.of("flows", "packets", "rows", "checks")) {
            if (report.path(part).isEmpty()) {
                failures.add("the report has no " + part);
            }
        }
        for (JsonNode check : report.path("checks")) {
            if (check.path("ok").asBoolean(false)) {
                passed++;
            } else {
                failures.add(check.path("name").asText("?") + ": " + check.path("detail").asText("no detail"));
            }
        }
        for (JsonNode row : report.path("rows")) {
            if (!row.path("ok").asBoolean(false)) {
                failures.add(row.path("id").asText("?") + ": " + row.path("detail").asText("no detail"));
            }
        }
        for (JsonNode flow : report.path("flows")) {
            if (!flow.path("symmetric").asBoolean(false)) {
                failures.add("not symmetric: " + flow);
            }
        }
        failures.forEach(System.err::println);
        System.out.println(passed + " " + failures.size());
    }
}
