// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.InvalidDocument;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.TargetGroup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;

/** What is put in force can be exported, and the export put in force. */
class DocumentSizeTest {

    private static final String FULL = """
            zones: [az1, az2]
            target-groups:
              - name: firewalls-with-a-name-so-long
                health-check: {protocol: HTTP, port: 8080, path: /health/of/what/is/behind, interval: 10s, timeout: 5s}
                targets: [{id: 10.1.0.11, zone: az1}, {id: 10.1.0.12, zone: az2, weight: 7}, {id: 10.1.0.13, zone: az1}]
            load-balancers:
              - {name: inspection, zones: [az1, az2], listener: {target-group: firewalls-with-a-name-so-long}}
            endpoint-services:
              - name: inspection-svc
                load-balancers: [inspection]
                allowed-principals: ["111122223333", "arn:aws:iam::123456789012:user/somebody"]
            endpoints:
              - {id: vpce-00000000000000001, vni: 100, zone: az1, service: inspection-svc, attachments: ["10.0.0.2"]}
            """;

    private GatewayDocuments documents;

    @BeforeEach
    void node() throws Exception {
        documents = new GatewayDocuments(Configurations.read(Configurations.LEAST));
    }

    private GatewayModel read(String document) throws InvalidDocument {
        return documents.read(document.getBytes(StandardCharsets.UTF_8));
    }

    private static String endpoints(int count) {
        StringBuilder text = new StringBuilder("""
                zones: [az1]
                target-groups: [{name: g}]
                load-balancers: [{name: b, zones: [az1], listener: {target-group: g}}]
                endpoints:
                """);
        for (int n = 0; n < count; n++) {
            text.append("- {id: vpce-0%016x, vni: %d, zone: az1, load-balancer: b, attachments: [10.9.%d.%d]}\n"
                    .formatted(n + 1, n + 1, n / 250, n % 250));
        }
        return text.toString();
    }

    /** Each has some keys in the document, and all of them in the export. */
    @Test
    void refusesADocumentWhoseExportCouldNotBeReadAgain() throws Exception {
        GatewayModel most = read(endpoints(18_000));
        assertThat(read(documents.write(most))).isEqualTo(most);
        assertThatExceptionOfType(InvalidDocument.class)
                .isThrownBy(() -> read(endpoints(24_000)))
                .satisfies(refused -> assertThat(refused.problems())
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.detail())
                                .contains("written out with every key the configuration has ")
                                .contains("expected at most 524288")));
    }

    private static String groups(int first, int count) {
        String tags = IntStream.range(0, 50)
                .mapToObj(n -> "k" + n + ": \"" + "\u00e9".repeat(256) + '"')
                .collect(Collectors.joining(", "));
        StringBuilder groups = new StringBuilder("target-groups:\n");
        for (int n = first; n < first + count; n++) {
            groups.append("- {name: g")
                    .append(n)
                    .append(", tags: {")
                    .append(tags)
                    .append("}}\n");
        }
        return groups.toString();
    }

    @Test
    void refusesAResourceThatMakesTheWholeTooLarge() throws Exception {
        GatewayModel many = read(groups(0, 600));
        assertThat(read(documents.write(many))).isEqualTo(many);
        assertThat(documents.fragments().sizeRefusal(many)).isEmpty();
        List<TargetGroup> more = new ArrayList<>(many.targetGroups());
        more.addAll(read(groups(600, 50)).targetGroups());
        assertThat(documents.fragments().sizeRefusal(many.withTargetGroups(more)))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains(" bytes: expected at most 16777216"));
    }

    /** The bound that saves the writing of a document is never less than the document. */
    @Test
    void countsAsTheReaderDoesAndBoundsWhatItDoesNotCount() throws Exception {
        for (String document : List.of(endpoints(3), groups(0, 3), FULL)) {
            GatewayModel model = read(document);
            String text = documents.write(model);
            long events = 0;
            for (Event event : new Parse(LoadSettings.builder().build()).parseString(text)) {
                events += event == null ? 0 : 1;
            }
            DocumentSize most = DocumentSize.most(model);
            assertThat(DocumentSize.events(ModelWriter.tree(model)) + 4).isEqualTo(events);
            assertThat(most.events()).isGreaterThanOrEqualTo(events);
            assertThat(most.bytes()).isGreaterThanOrEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }
}
