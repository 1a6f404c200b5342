// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Prints data to standard output: a table for people, tabs for pipes, JSON or YAML for programs. */
public final class Output {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final PrintWriter out;
    private final OutputFormat format;
    private final boolean terminal;

    /**
     * @param out standard output
     * @param format what was asked for
     * @param terminal whether a person watches: then columns are aligned
     */
    public Output(PrintWriter out, OutputFormat format, boolean terminal) {
        this.out = out;
        this.format = format;
        this.terminal = terminal;
    }

    /**
     * Prints an answer.
     *
     * @param answer what the gateway said
     * @param rows the elements that make a table's rows
     * @param columns the table's columns
     */
    public void print(JsonNode answer, Iterable<JsonNode> rows, List<Column> columns) {
        switch (format) {
            case table -> table(rows, columns);
            case json -> out.println(pretty(answer));
            case yaml -> out.print(yaml(answer));
        }
        out.flush();
    }

    /** Whether data is for people. */
    public boolean printsTables() {
        return format == OutputFormat.table;
    }

    /** Whether data is YAML. */
    public boolean printsYaml() {
        return format == OutputFormat.yaml;
    }

    /** Prints text that has its form already. */
    public void text(String text) {
        out.print(text);
        out.flush();
    }

    private static String pretty(JsonNode answer) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("what was read can be written", impossible);
        }
    }

    private static String yaml(JsonNode answer) {
        DumpSettings settings =
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(MAPPER.convertValue(answer, new TypeReference<Object>() {}));
    }

    private void table(Iterable<JsonNode> rows, List<Column> columns) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(Column::title).toList());
        for (JsonNode row : rows) {
            lines.add(columns.stream()
                    .map(column -> clean(column.value().apply(row)))
                    .toList());
        }
        if (terminal) {
            aligned(lines);
        } else {
            lines.forEach(line -> out.println(String.join("\t", line)));
        }
    }

    /** What came over the network must not move a terminal's cursor, nor break a line of a pipe. */
    private static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private void aligned(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }
}
