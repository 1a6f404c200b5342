// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Tags;
import io.sluice.model.config.TargetGroup;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the document that is written of a model could be read again: it has every key of everything, defaults included,
 * so that it may be much larger than the one the model came from.
 *
 * <p>Nearly always a bound that takes a few additions a resource says so; only where that does not do, the document is
 * written. <b>Threading</b>: pure functions.
 */
final class DocumentSize {

    /** Beginning and end of the stream, of the document, and of its outermost mapping. */
    private static final int EVENTS_AROUND = 6;

    /** Of one element without its lists and tags: what {@link FragmentTrees} writes of it, rounded up. */
    private static final int EVENTS_OF_ONE = 80;

    private static final int BYTES_OF_ONE = 2_400;
    private static final int EVENTS_OF_TARGET = 12;
    private static final int BYTES_OF_TARGET = 160;

    /** A name, an address, an account with what is around it. */
    private static final int BYTES_OF_WORD = 128;

    /** A character of a text may need three bytes, or an escape. */
    private static final int BYTES_OF_CHARACTER = 3;

    private static final int BYTES_AROUND_TAG = 24;

    private long events = EVENTS_AROUND;
    private long bytes = BYTES_OF_WORD;

    private DocumentSize() {}

    /** What a model's document has at most. */
    static DocumentSize most(GatewayModel model) {
        DocumentSize most = new DocumentSize();
        most.add(model);
        return most;
    }

    /** Events of the reader. */
    long events() {
        return events;
    }

    /** Bytes of UTF-8. */
    long bytes() {
        return bytes;
    }

    /** Why a model's document could not be read again; empty where it could. */
    static Optional<String> refusal(GatewayModel model) {
        DocumentSize most = most(model);
        if (most.events <= YamlDocument.EVENTS_MAX && most.bytes <= ConfigFile.BYTES_MAX) {
            return Optional.empty();
        }
        Map<String, Object> tree = ModelWriter.tree(model);
        long written = EVENTS_AROUND - 2 + events(tree);
        if (written > YamlDocument.EVENTS_MAX) {
            return Optional.of("written out with every key the configuration has " + written
                    + " keys, values, and beginnings and ends of lists and mappings: expected at most "
                    + YamlDocument.EVENTS_MAX);
        }
        int length = YamlText.of(tree).getBytes(StandardCharsets.UTF_8).length;
        return length > ConfigFile.BYTES_MAX
                ? Optional.of("written out with every key the configuration has " + length + " bytes: expected at most "
                        + ConfigFile.BYTES_MAX)
                : Optional.empty();
    }

    /** Events of a tree, counted. */
    static long events(Object value) {
        return switch (value) {
            case Map<?, ?> mapping ->
                2
                        + mapping.values().stream()
                                .mapToLong(element -> 1 + events(element))
                                .sum();
            case List<?> list ->
                2 + list.stream().mapToLong(DocumentSize::events).sum();
            default -> 1;
        };
    }

    private void add(GatewayModel model) {
        words(model.zones());
        model.targetGroups().forEach(this::add);
        model.loadBalancers().forEach(this::add);
        model.endpointServices().forEach(this::add);
        model.endpoints().forEach(this::add);
    }

    private void one(Tags tags) {
        events += EVENTS_OF_ONE;
        bytes += BYTES_OF_ONE;
        tags.values().forEach((key, value) -> {
            events += 2;
            bytes += BYTES_AROUND_TAG + (long) BYTES_OF_CHARACTER * (key.length() + value.length());
        });
    }

    private void words(List<?> words) {
        events += words.size();
        bytes += (long) BYTES_OF_WORD * words.size();
    }

    private void add(TargetGroup group) {
        one(group.tags());
        bytes += (long) BYTES_OF_CHARACTER * group.healthCheck().path().length();
        events += (long) EVENTS_OF_TARGET * group.targets().size();
        bytes += (long) BYTES_OF_TARGET * group.targets().size();
    }

    private void add(LoadBalancer balancer) {
        one(balancer.tags());
        words(balancer.zones());
    }

    private void add(EndpointService service) {
        one(service.tags());
        words(service.loadBalancers());
        words(service.allowedPrincipals());
    }

    private void add(Endpoint endpoint) {
        one(endpoint.tags());
        words(endpoint.attachments());
    }
}
