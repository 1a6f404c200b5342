// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigDocuments;
import io.sluice.api.ConfigHistory;
import io.sluice.api.DocumentWorker;
import io.sluice.api.ProblemCode;
import io.sluice.api.access.Identity;
import io.sluice.api.core.Draining;
import io.sluice.api.resource.Refusal;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.StoredRevision;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * {@code /v1/config/revisions}, {@code /v1/config/conflicts} and {@code /v1/audit}: what was in force before or lost to
 * another branch, who changed it, and the way back. A page's
 * token is the number to go on from.
 */
public final class HistoryRoute implements AdminRoute {

    private static final String REVISION = "revision";
    private static final String CONFLICT = "conflict";
    private static final String DOCUMENT = "document";

    private final ConfigHistory history;
    private final ConfigDocuments documents;
    private final Runnable publisher;

    /**
     * @param history has the revisions
     * @param documents writes them
     * @param publisher publishes a new revision; called from any thread
     */
    public HistoryRoute(ConfigHistory history, ConfigDocuments documents, Runnable publisher) {
        this.history = history;
        this.documents = documents;
        this.publisher = publisher;
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on("listRevisions", this::revisions)
                .on("getRevision", this::revision)
                .on("rollbackToRevision", this::rollback)
                .on("listConflicts", this::conflicts)
                .on("getConflict", this::conflict)
                .on("listAudit", this::audit);
    }

    private void revisions(RoutingContext context) {
        NumberedPage page = new NumberedPage(context);
        Work.run(
                context,
                () -> Reply.ok(page.of(
                        "revisions",
                        history.history(page.from(), page.wanted()),
                        AuditEntry::revision,
                        HistoryRoute::ofRevision)));
    }

    private void conflicts(RoutingContext context) {
        NumberedPage page = new NumberedPage(context);
        Work.run(
                context,
                () -> Reply.ok(page.of(
                        "conflicts",
                        history.conflicts(page.from(), page.wanted()),
                        ConfigHistory.Conflict::number,
                        HistoryRoute::ofConflict)));
    }

    private static Map<String, Object> ofConflict(ConfigHistory.Conflict conflict) {
        AuditEntry entry = conflict.entry();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(CONFLICT, conflict.number());
        tree.put(REVISION, entry.revision());
        tree.put("author", conflict.author().value());
        tree.put("at", Instant.ofEpochMilli(entry.timeMs()).toString());
        tree.put("lost-to", conflict.lostTo());
        tree.put("change-count", entry.changeCount());
        tree.put("changes", ChangesJson.list(entry.changes()));
        return tree;
    }

    private void conflict(RoutingContext context) {
        long number = Long.parseLong(QueryValues.path(context, CONFLICT));
        Work.reply(context, DocumentWorker.run(context.vertx(), () -> {
            StoredRevision lost = history.conflict(number)
                    .orElseThrow(() -> Refusal.of(
                            404,
                            ProblemCode.NOT_FOUND,
                            CONFLICT,
                            "conflict " + number + " is not kept: expected one that GET /v1/config/conflicts lists"));
            Map<String, Object> tree = new LinkedHashMap<>(ofConflict(new ConfigHistory.Conflict(lost.entry())));
            tree.put("parent", lost.revision().parent());
            tree.put(DOCUMENT, document(lost));
            return Reply.ok(tree);
        }));
    }

    private String document(StoredRevision stored) {
        return documents.write(Draining.declared(stored.revision().model()));
    }

    private void audit(RoutingContext context) {
        NumberedPage page = new NumberedPage(context);
        Work.run(
                context,
                () -> Reply.ok(page.of(
                        "entries",
                        history.audit(page.from(), page.wanted()),
                        AuditEntry::sequence,
                        HistoryRoute::ofEntry)));
    }

    private void revision(RoutingContext context) {
        long number = number(context);
        Work.reply(context, DocumentWorker.run(context.vertx(), () -> {
            StoredRevision stored = history.revision(number).orElseThrow(() -> absent(number));
            Map<String, Object> tree = new LinkedHashMap<>(ofRevision(stored.entry()));
            tree.put(DOCUMENT, document(stored));
            return Reply.ok(tree);
        }));
    }

    private void rollback(RoutingContext context) {
        long number = number(context);
        boolean dryRun = QueryValues.flag(context, "dry-run");
        String who = Identity.of(context).who();
        Work.write(context, () -> {
            OptionalLong expected = Work.precondition(context).revision();
            ConfigDesk.Outcome outcome =
                    history.rollback(number, expected, dryRun, who).orElseThrow(() -> absent(number));
            return ChangesJson.reply(outcome, dryRun, publisher);
        });
    }

    private static long number(RoutingContext context) {
        return Long.parseLong(QueryValues.path(context, REVISION));
    }

    private static Refusal absent(long number) {
        return Refusal.of(
                404,
                ProblemCode.NOT_FOUND,
                REVISION,
                "revision " + number + " is not kept: expected one that GET /v1/config/revisions lists and that was not"
                        + " lost to another branch, which GET /v1/config/conflicts lists");
    }

    private static Map<String, Object> ofRevision(AuditEntry entry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(REVISION, entry.revision());
        tree.put("at", Instant.ofEpochMilli(entry.timeMs()).toString());
        tree.put("by", entry.origin().who());
        tree.put("act", entry.origin().act());
        tree.put("change-count", entry.changeCount());
        tree.put("changes", ChangesJson.list(entry.changes()));
        return tree;
    }

    private static Map<String, Object> ofEntry(AuditEntry entry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("sequence", entry.sequence());
        if (!entry.subject().isEmpty()) {
            tree.put("subject", entry.subject());
        }
        tree.putAll(ofRevision(entry));
        return tree;
    }

    /** A page of what is numbered, the newest first. */
    private record NumberedPage(long from, int limit) {

        NumberedPage(RoutingContext context) {
            this(
                    QueryValues.text(context, "page-token")
                            .map(NumberedPage::token)
                            .orElse(Long.MAX_VALUE),
                    QueryValues.integer(context, "limit", ListPage.LIMIT_DEFAULT));
        }

        /** A token that we did not make is the number of nothing. */
        private static long token(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException foreign) {
                return 0;
            }
        }

        /** One more than is shown: whether there is a next page. */
        int wanted() {
            return limit + 1;
        }

        <T> Map<String, Object> of(
                String key, List<T> entries, ToLongFunction<T> number, Function<T, Map<String, Object>> shown) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put(key, entries.stream().limit(limit).map(shown).toList());
            if (entries.size() > limit) {
                tree.put("next-page-token", Long.toString(number.applyAsLong(entries.get(limit))));
            }
            return tree;
        }
    }
}
