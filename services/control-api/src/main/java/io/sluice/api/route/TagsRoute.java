// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.EndpointServices;
import io.sluice.api.resource.Endpoints;
import io.sluice.api.resource.LoadBalancers;
import io.sluice.api.resource.PartOf;
import io.sluice.api.resource.Refusal;
import io.sluice.api.resource.ResourceKind;
import io.sluice.api.resource.TargetGroups;
import io.sluice.api.resource.View;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** {@code /v1/tags}: resources by their tags, and the tags of each. */
public final class TagsRoute implements AdminRoute {

    private static final String KIND = "kind";
    private static final String TAGS = "tags";

    /** A resource in a list. */
    private record Tagged(String name, Map<String, Object> shown) {}

    /** Tags of one kind of resource. */
    private record OfKind<T>(PartOf<T> part, ResourceOperations<T> operations) {

        static <T> OfKind<T> of(ResourceDesk desk, ResourceKind<T> whole) {
            PartOf<T> part = new PartOf<>(whole, TAGS, (element, tags) -> shown(whole, element, tags));
            return new OfKind<>(part, new ResourceOperations<>(desk, context -> part, "resource"));
        }

        private static <T> Map<String, Object> shown(ResourceKind<T> whole, T element, Map<String, Object> tags) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put(KIND, whole.kind());
            shown.put("resource", whole.name(element));
            shown.put(TAGS, tags);
            return shown;
        }

        void add(View view, ListPage page, List<Tagged> found) throws Refusal {
            for (T element : part.all(view.model())) {
                Map<String, String> tags = part.tags(element).values();
                if (!tags.isEmpty() && page.hasTag(tags)) {
                    found.add(new Tagged(part.kind() + "/" + part.name(element), part.shown(element, view)));
                }
            }
        }
    }

    private final ResourceDesk desk;
    private final Map<String, OfKind<?>> kinds = new LinkedHashMap<>();

    /** @param desk what to work with */
    public TagsRoute(ResourceDesk desk) {
        this.desk = desk;
        add(new LoadBalancers(desk.fragments()));
        add(new TargetGroups(desk.fragments()));
        add(new EndpointServices(desk.fragments()));
        add(new Endpoints(desk.fragments()));
    }

    private <T> void add(ResourceKind<T> kind) {
        kinds.put(kind.kind(), OfKind.of(desk, kind));
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listTags", this::list)
                .on("getTags", context -> of(context, kind -> kind.operations().get(context)))
                .on("putTags", context -> of(context, kind -> kind.operations().replace(context)))
                .on(
                        "patchTags",
                        context -> of(context, kind -> kind.operations().patch(context)));
    }

    private void of(RoutingContext context, Consumer<OfKind<?>> action) {
        String kind = QueryValues.path(context, KIND);
        action.accept(Objects.requireNonNull(kinds.get(kind), kind));
    }

    private void list(RoutingContext context) {
        ListPage page = new ListPage(context);
        String wanted = QueryValues.text(context, KIND).orElse("");
        Work.run(context, () -> {
            View view = View.of(desk.cluster());
            List<Tagged> found = new ArrayList<>();
            for (OfKind<?> kind : kinds.values()) {
                if (wanted.isEmpty() || wanted.equals(kind.part().kind())) {
                    kind.add(view, page, found);
                }
            }
            return Reply.ok(page.of("resources", found, Tagged::name, Tagged::shown, view.revision()));
        });
    }
}
