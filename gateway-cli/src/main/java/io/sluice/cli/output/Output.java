// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.document.Document;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

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
            case tsv -> lines(rows, columns).forEach(this::tabbed);
            case json -> out.println(pretty(answer));
            case yaml -> said(Document.yaml(MAPPER.convertValue(answer, new TypeReference<Object>() {})));
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

    /** Whether nobody reads any more what is printed; known once something was printed in vain. */
    public boolean isBroken() {
        return out.checkError();
    }

    /** Prints lines as the gateway said them; a terminal is shown nothing that it would obey. */
    public void said(String lines) {
        text(terminal ? Printable.lines(lines) : lines);
    }

    /** Prints text that has its form already. */
    public void text(String text) {
        out.print(text);
        out.flush();
    }

    private static String pretty(JsonNode answer) {
        try {
            return Printable.json(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(answer));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("what was read can be written", impossible);
        }
    }

    private void table(Iterable<JsonNode> rows, List<Column> columns) {
        List<List<String>> lines = lines(rows, columns);
        lines.addFirst(columns.stream().map(Column::title).toList());
        if (terminal) {
            aligned(lines);
        } else {
            lines.forEach(this::tabbed);
        }
    }

    private static List<List<String>> lines(Iterable<JsonNode> rows, List<Column> columns) {
        List<List<String>> lines = new ArrayList<>();
        for (JsonNode row : rows) {
            lines.add(columns.stream()
                    .map(column -> Printable.of(column.value().apply(row)))
                    .toList());
        }
        return lines;
    }

    private void tabbed(List<String> line) {
        out.println(String.join("\t", line));
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
