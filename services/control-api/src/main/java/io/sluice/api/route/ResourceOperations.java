// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDesk;
import io.sluice.api.InvalidDocument;
import io.sluice.api.LeaseDesk;
import io.sluice.api.ProblemCode;
import io.sluice.api.resource.JsonTree;
import io.sluice.api.resource.Precondition;
import io.sluice.api.resource.Refusal;
import io.sluice.api.resource.ResourceKind;
import io.sluice.api.resource.View;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The operations that every kind of resource has: list, create, get, put, patch, delete.
 *
 * <p>A write is the configuration in force with one element replaced, put in force as a whole document is: the same
 * checks, plan, revision and draining.
 *
 * @param <T> a resource
 */
final class ResourceOperations<T> {

    private static final String DRY_RUN = "dry-run";

    /** Makes one element of what is there. */
    interface Change<T> {
        /**
         * The new element; the given one for no change.
         *
         * @param before what is there; null where nothing is
         */
        T after(@Nullable T before) throws Refusal;
    }

    private final ResourceDesk with;
    private final Function<RoutingContext, ResourceKind<T>> kinds;
    private final String nameParameter;

    /**
     * @param with what to work with
     * @param kinds the kind that a request is about
     * @param nameParameter path parameter that has the resource's name
     */
    ResourceOperations(ResourceDesk with, Function<RoutingContext, ResourceKind<T>> kinds, String nameParameter) {
        this.with = with;
        this.kinds = kinds;
        this.nameParameter = nameParameter;
    }

    void list(RoutingContext context) {
        list(context, element -> true);
    }

    void list(RoutingContext context, Predicate<T> wanted) {
        ResourceKind<T> kind = kinds.apply(context);
        ListPage page = new ListPage(context);
        Work.run(context, () -> {
            View view = View.of(with.cluster());
            List<T> chosen = kind.all(view.model()).stream()
                    .filter(wanted)
                    .filter(element -> page.wants(kind, element, view))
                    .toList();
            return Reply.ok(
                    page.of(kind.plural(), chosen, kind::name, element -> kind.shown(element, view), view.revision()));
        });
    }

    void get(RoutingContext context) {
        ResourceKind<T> kind = kinds.apply(context);
        String name = QueryValues.path(context, nameParameter);
        Work.run(context, () -> {
            View view = View.of(with.cluster());
            T element = kind.find(view.model(), name).orElseThrow(() -> Refusal.absent(kind.kind(), name));
            return Reply.of(200, kind.etag(element), kind.shown(element, view));
        });
    }

    /** Creates; the same again is no change, something else under the same name is refused. */
    void create(RoutingContext context) {
        ResourceKind<T> kind = kinds.apply(context);
        byte[] body = Work.body(context);
        Work.write(context, () -> {
            T desired = kind.read(kind.fragment(body, ""));
            String name = kind.name(desired);
            return write(context, kind, name, before -> {
                if (before != null && !kind.isSame(before, desired)) {
                    throw Refusal.of(
                            409,
                            ProblemCode.ALREADY_EXISTS,
                            kind.nameKey(),
                            kind.kind() + " " + name + " is there and differs: expected another name, or a PUT");
                }
                return before == null ? desired : before;
            });
        });
    }

    /** What goes along with a change of one resource: with its lease, where it has one. */
    interface Along {

        /** Nothing. */
        Along NOTHING = () -> LeaseDesk.Pending.NOTHING;

        /** Called when the change is allowed, before it is in force: nothing comes between. */
        LeaseDesk.Pending change();
    }

    /** Creates or replaces. */
    void put(RoutingContext context) {
        put(context, Along.NOTHING);
    }

    /** Creates or replaces, and does what goes along with it. */
    void put(RoutingContext context, Along along) {
        Put<T> put = new Put<>(context, kinds.apply(context), QueryValues.path(context, nameParameter), along);
        Work.write(context, () -> written(put));
    }

    /**
     * The same of what is asked for again and again, and needs nobody's vote while it changes nothing but what goes along.
     *
     * @param lasting whether what goes along lasts at the moment; where it does not, this is a change
     */
    void renew(RoutingContext context, Along along, BooleanSupplier lasting) {
        Put<T> put = new Put<>(context, kinds.apply(context), QueryValues.path(context, nameParameter), along);
        Work.renewOrWrite(context, () -> renewed(put, lasting), () -> written(put));
    }

    /** A request to create or replace. */
    private record Put<T>(RoutingContext context, ResourceKind<T> kind, String name, Along along) {

        Change<T> change(AtomicReference<LeaseDesk.Pending> pending) throws Refusal, InvalidDocument {
            byte[] body = Work.body(context);
            T desired = named(kind, name, kind.read(kind.fragment(body, name)));
            return before -> {
                again(pending, along);
                // an empty body says nothing of what is there
                return body.length == 0 && before != null ? before : desired;
            };
        }
    }

    private Reply written(Put<T> put) throws Refusal, InvalidDocument, StoreUnavailable {
        return settled(pending -> write(put.context(), put.kind(), put.name(), put.change(pending)));
    }

    private Optional<Reply> renewed(Put<T> put, BooleanSupplier lasting) throws Refusal, InvalidDocument {
        AtomicReference<LeaseDesk.Pending> pending = new AtomicReference<>(LeaseDesk.Pending.NOTHING);
        Written<T> written = new Written<>(put.context(), put.kind(), put.name(), with, put.change(pending));
        boolean done = false;
        try {
            Optional<ConfigDesk.Done> same = written.dryRun()
                    ? Optional.empty()
                    : with.unchanged(put.kind().kind(), put.name(), written);
            // looked at again: it may have begun to end before it was renewed
            done = same.isPresent() && lasting.getAsBoolean();
            return done ? Optional.of(written.reply(same.get())) : Optional.empty();
        } finally {
            if (done) {
                pending.get().kept();
            } else {
                pending.get().undone();
            }
        }
    }

    private interface Pendingly<R> {
        R with(AtomicReference<LeaseDesk.Pending> pending) throws Refusal, InvalidDocument, StoreUnavailable;
    }

    /** Does something, and says to what goes along with it what became of it. */
    private static <R> R settled(Pendingly<R> work) throws Refusal, InvalidDocument, StoreUnavailable {
        AtomicReference<LeaseDesk.Pending> pending = new AtomicReference<>(LeaseDesk.Pending.NOTHING);
        Consumer<LeaseDesk.Pending> outcome = LeaseDesk.Pending::undone;
        try {
            R result = work.with(pending);
            outcome = LeaseDesk.Pending::kept;
            return result;
        } catch (StoreUnavailable unavailable) {
            if (unavailable.mayTakeEffect()) {
                outcome = LeaseDesk.Pending::unknown;
            }
            throw unavailable;
        } finally {
            outcome.accept(pending.get());
        }
    }

    /** What goes along is done once, however often the change is made. */
    private static void again(AtomicReference<LeaseDesk.Pending> pending, Along along) {
        pending.getAndSet(LeaseDesk.Pending.NOTHING).undone();
        pending.set(along.change());
    }

    /** Replaces what is there, and creates nothing. */
    void replace(RoutingContext context) {
        ResourceKind<T> kind = kinds.apply(context);
        String name = QueryValues.path(context, nameParameter);
        byte[] body = Work.body(context);
        edit(context, tree -> JsonTree.object(kind.fragment(body, name)));
    }

    /** Applies a merge patch. */
    void patch(RoutingContext context) {
        ResourceKind<T> kind = kinds.apply(context);
        byte[] body = Work.body(context);
        edit(context, tree -> {
            Map<String, @Nullable Object> patch = JsonTree.object(body);
            patch.keySet().removeAll(kind.readOnlyKeys());
            return JsonTree.merged(tree, patch);
        });
    }

    /** Makes a fragment of another. */
    interface Edit {
        Map<String, @Nullable Object> of(Map<String, Object> fragment) throws InvalidDocument;
    }

    /** Replaces a resource by an edited one. */
    void edit(RoutingContext context, Edit edit) {
        ResourceKind<T> kind = kinds.apply(context);
        String name = QueryValues.path(context, nameParameter);
        Work.write(context, () -> write(context, kind, name, before -> edited(kind, name, before, edit)));
    }

    /** A resource with its fragment edited. */
    static <T> T edited(ResourceKind<T> kind, String name, @Nullable T before, Edit edit) throws Refusal {
        if (before == null) {
            throw Refusal.absent(kind.kind(), name);
        }
        try {
            Map<String, @Nullable Object> after = edit.of(kind.editable(before));
            return named(kind, name, kind.readFor(before, JsonTree.bytes(after)));
        } catch (InvalidDocument invalid) {
            throw Refusal.of(invalid);
        }
    }

    private static <T> T named(ResourceKind<T> kind, String name, T element) throws Refusal {
        if (!kind.name(element).equals(kind.canonical(name))) {
            throw Refusal.of(
                    400,
                    ProblemCode.INVALID_DOCUMENT,
                    kind.nameKey(),
                    "'" + kind.name(element) + "' is not what the path names: expected " + kind.canonical(name)
                            + ", or the key not at all");
        }
        return element;
    }

    private Reply write(RoutingContext context, ResourceKind<T> kind, String name, Change<T> change)
            throws Refusal, StoreUnavailable {
        Written<T> written = new Written<>(context, kind, name, with, change);
        ConfigDesk.Done done = apply(context, kind, name, written.dryRun(), written);
        return written.dryRun() ? Reply.ok(ChangesJson.of(done)) : written.reply(done);
    }

    /** A resource that is created or replaced: the edit, and what is answered where it is in force. */
    private static final class Written<T> implements ConfigDesk.Edit<Refusal> {

        private final ResourceKind<T> kind;
        private final String name;
        private final ResourceDesk with;
        private final Change<T> change;
        private final Precondition precondition;
        private final boolean dryRun;
        private boolean created;

        Written(RoutingContext context, ResourceKind<T> kind, String name, ResourceDesk with, Change<T> change)
                throws Refusal {
            this.kind = kind;
            this.name = name;
            this.with = with;
            this.change = change;
            this.precondition = Work.precondition(context);
            this.dryRun = QueryValues.flag(context, DRY_RUN);
        }

        boolean dryRun() {
            return dryRun;
        }

        @Override
        public GatewayModel of(GatewayModel model) throws Refusal {
            @Nullable T before = kind.find(model, name).orElse(null);
            ConfigRevision current = with.cluster().revision();
            precondition.check(kind.kind(), name, before == null ? null : kind.etag(before), current);
            T after = change.after(before);
            created = before == null;
            if (before != null) {
                if (kind.isSame(before, after)) {
                    return model;
                }
                kind.checkReplacement(before, after, View.of(with.cluster()));
            }
            return kind.put(model, after);
        }

        /** Of what this request made: what another one made meanwhile has an ETag that this client must not have. */
        Reply reply(ConfigDesk.Done done) throws Refusal {
            View view = View.of(with.cluster(), done.inForce());
            T element = kind.find(view.model(), name).orElseThrow(() -> Refusal.absent(kind.kind(), name));
            return Reply.of(created ? 201 : 200, kind.etag(element), kind.shown(element, view));
        }
    }

    /** Deletes. */
    void delete(RoutingContext context) {
        delete(context, Along.NOTHING);
    }

    /** Deletes, and does what goes along with it. */
    void delete(RoutingContext context, Along along) {
        ResourceKind<T> kind = kinds.apply(context);
        String name = QueryValues.path(context, nameParameter);
        Work.write(context, () -> {
            Precondition precondition = Work.precondition(context);
            boolean dryRun = QueryValues.flag(context, DRY_RUN);
            ConfigDesk.Done done = settled(pending -> apply(context, kind, name, dryRun, model -> {
                Optional<T> before = kind.find(model, name);
                precondition.check(
                        kind.kind(),
                        name,
                        before.map(kind::etag).orElse(null),
                        with.cluster().revision());
                // what drains is not in a document, and may use it still
                View view = View.of(with.cluster());
                Optional<T> inForce = kind.find(view.model(), name);
                List<String> users = inForce.isEmpty() ? List.of() : kind.users(inForce.get(), view);
                if (!users.isEmpty()) {
                    throw Refusal.inUse(kind.kind(), name, users);
                }
                again(pending, along);
                return before.isEmpty() ? model : kind.remove(model, name);
            }));
            return dryRun ? Reply.ok(ChangesJson.of(done)) : Reply.nothing(204);
        });
    }

    /** Puts the next document in force, as an answer to a request about one resource. */
    private ConfigDesk.Done apply(
            RoutingContext context, ResourceKind<T> kind, String name, boolean dryRun, ConfigDesk.Edit<Refusal> edit)
            throws Refusal, StoreUnavailable {
        String inModel = kind.nameInModel(name);
        String act = context.request().method().name().toLowerCase(Locale.ROOT) + " " + kind.kind() + " " + inModel;
        return with.apply(kind.kind(), inModel, dryRun, Work.origin(context, act), edit);
    }
}
