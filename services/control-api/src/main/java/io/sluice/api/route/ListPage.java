// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.ResourceKind;
import io.sluice.api.resource.View;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.Zone;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One page of a list as a request wants it: in the order of names, after the last name of the page before, so that a
 * change between two pages neither repeats nor skips what stays.
 */
final class ListPage {

    static final int LIMIT_DEFAULT = 100;

    private final int limit;
    private final String after;
    private final String prefix;
    private final Optional<String> zone;
    private final Optional<String> state;
    private final Optional<String> tag;

    /** @param context a request that was checked against the contract */
    ListPage(RoutingContext context) {
        limit = QueryValues.integer(context, "limit", LIMIT_DEFAULT);
        after = QueryValues.text(context, "page-token").map(ListPage::name).orElse("");
        prefix = QueryValues.text(context, "name-prefix").orElse("");
        zone = QueryValues.text(context, "zone");
        state = QueryValues.text(context, "state");
        tag = QueryValues.text(context, "tag");
    }

    /** A token that we did not make is the name of nothing. */
    private static String name(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException foreign) {
            return token;
        }
    }

    private static String token(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the request's filters let a resource through. */
    <T> boolean wants(ResourceKind<T> kind, T element, View view) {
        return isNamed(kind.name(element))
                && zone.map(name -> kind.isIn(element, new Zone(name), view)).orElse(true)
                && state.map(word -> word.equals(kind.state(element, view))).orElse(true)
                && hasTag(kind.tags(element).values());
    }

    /** Whether the request's filter for tags lets these through. */
    boolean hasTag(Map<String, String> tags) {
        if (tag.isEmpty()) {
            return true;
        }
        String wanted = tag.get();
        // both a key and a value may have an equals sign in it
        return tags.containsKey(wanted)
                || tags.entrySet().stream().anyMatch(entry -> wanted.equals(entry.getKey() + "=" + entry.getValue()));
    }

    /** Whether the request's filter for names lets this one through. */
    boolean isNamed(String name) {
        return name.startsWith(prefix);
    }

    /** The page of a revision's elements, with the token of the next one where there is more. */
    <T> Map<String, Object> of(
            String key,
            List<T> elements,
            Function<T, String> name,
            Function<T, Map<String, Object>> shown,
            ConfigRevision revision) {
        Map<String, Object> tree = of(key, elements, name, shown);
        tree.put("revision", revision.number());
        return tree;
    }

    /** The page, with the token of the next one where there is more. */
    <T> Map<String, Object> of(
            String key, List<T> elements, Function<T, String> name, Function<T, Map<String, Object>> shown) {
        List<T> rest = elements.stream()
                .filter(element -> name.apply(element).compareTo(after) > 0)
                .sorted(Comparator.comparing(name))
                .limit(limit + 1L)
                .toList();
        List<T> page = rest.subList(0, Math.min(limit, rest.size()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(key, page.stream().map(shown).collect(Collectors.toList()));
        if (rest.size() > limit) {
            tree.put("next-page-token", token(name.apply(page.getLast())));
        }
        return tree;
    }
}
