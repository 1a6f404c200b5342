// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigDocuments;
import io.sluice.api.DocumentWorker;
import io.sluice.api.WriteWorkers;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.model.config.ConfigRevision;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.OptionalLong;

/**
 * {@code /v1/config}: the configuration as one document.
 *
 * <p>{@code GET} answers the document in force, its revision as {@code ETag}. {@code PUT} puts another one in force, all
 * of it or nothing, and answers its revision and the changes; with {@code ?dry-run=true} it only says the changes, with
 * {@code If-Match} only the revision named there is replaced. Everything wrong in a document is a problem with line, key
 * and detail.
 */
public final class ConfigRoute implements AdminRoute {

    private final ConfigDocuments documents;
    private final ConfigDesk desk;
    private final ClusterView cluster;
    private final Runnable publisher;

    /** The last document that was asked for, while somebody reads it. */
    private volatile Reference<Written> written = new WeakReference<>(null);

    private record Written(ConfigRevision revision, Buffer document) {}

    /**
     * @param documents reads and writes documents
     * @param desk makes revisions of them
     * @param cluster has the one in force
     * @param publisher publishes a new one; called from any thread
     */
    public ConfigRoute(ConfigDocuments documents, ConfigDesk desk, ClusterView cluster, Runnable publisher) {
        this.documents = documents;
        this.desk = desk;
        this.cluster = cluster;
        this.publisher = publisher;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("getConfig", this::show).on("putConfig", this::put);
    }

    private void show(RoutingContext context) {
        ConfigRevision revision = cluster.revision();
        DocumentWorker.run(context.vertx(), () -> document(revision))
                .onComplete(
                        document -> {
                            context.response()
                                    .putHeader(HttpHeaders.CONTENT_TYPE, ConfigDocuments.MEDIA_TYPE)
                                    .putHeader(HttpHeaders.ETAG, etag(revision.number()));
                            PartedBody.send(context, document);
                        },
                        context::fail);
    }

    /** One at a time, and one for all who ask for the same. */
    private Buffer document(ConfigRevision revision) {
        Written known = written.get();
        if (known != null && known.revision().equals(revision)) {
            return known.document();
        }
        Buffer document = Buffer.buffer(documents.write(revision.model()));
        written = new WeakReference<>(new Written(revision, document));
        return document;
    }

    static String etag(long revision) {
        return "\"" + revision + "\"";
    }

    private void put(RoutingContext context) {
        byte[] document = Work.body(context);
        boolean dryRun = QueryValues.flag(context, "dry-run");
        ChangeOrigin origin = Work.origin(context, "apply");
        // a large document takes long to read: not where others wait to write
        Work.reply(
                context,
                DocumentWorker.run(context.vertx(), () -> documents.read(document))
                        .compose(desired -> WriteWorkers.run(context.vertx(), () -> {
                            OptionalLong expected = Work.precondition(context).revision();
                            return ChangesJson.reply(desk.apply(desired, expected, dryRun, origin), dryRun, publisher);
                        })));
    }
}
