// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every {@value #EVERY_MS} ms whether the port's certificate and key have changed, and uses a new pair for new
 * connections. A pair that cannot be used is said once, and the old one stays until there is a better one.
 *
 * <p><b>Threading</b>: confined to the port's event loop; files are read on a worker.
 */
final class TlsReload {

    private static final Logger LOG = LoggerFactory.getLogger(TlsReload.class);

    /** Between two looks. */
    static final long EVERY_MS = 2_000;

    private final Vertx vertx;
    private final AdminTls files;
    private PemPair used;
    private List<FileTime> seen;
    private @Nullable String said;

    /** What a look has found; nothing where no time has changed. */
    private record Look(List<FileTime> times, @Nullable PemPair pair) {}

    private TlsReload(Vertx vertx, AdminTls files, List<FileTime> seen, PemPair used) {
        this.vertx = vertx;
        this.files = files;
        this.used = used;
        this.seen = seen;
    }

    /** Reads the pair a port starts with; fails where it cannot be used. */
    static Future<TlsReload> first(Vertx vertx, AdminTls files) {
        return vertx.executeBlocking(
                        () -> {
                            List<FileTime> times = times(files);
                            PemPair pair = PemPair.read(vertx, files);
                            PemPair.warnUnlessPrivate(files);
                            return new TlsReload(vertx, files, times, pair);
                        },
                        false)
                .map(Objects::requireNonNull);
    }

    ServerSSLOptions options() {
        // Vert.x's HTTP/2 sends a body in answer to HEAD
        return new ServerSSLOptions().setKeyCertOptions(used.options()).setUseAlpn(false);
    }

    /** Looks from now on, until the context that it is called on ends. */
    void watch(HttpServer server) {
        vertx.setTimer(
                EVERY_MS,
                timer -> look().compose(look -> take(server, look))
                        .onFailure(this::sayOnce)
                        .onComplete(done -> watch(server)));
    }

    private Future<Look> look() {
        List<FileTime> before = seen;
        return vertx.executeBlocking(
                        () -> {
                            List<FileTime> now = times(files);
                            if (now.equals(before)) {
                                return new Look(now, null);
                            }
                            PemPair pair = PemPair.read(vertx, files);
                            PemPair.warnUnlessPrivate(files);
                            return new Look(now, pair);
                        },
                        false)
                .map(Objects::requireNonNull);
    }

    private Future<?> take(HttpServer server, Look look) {
        PemPair pair = look.pair();
        if (pair == null || pair.isSame(used)) {
            seen = look.times();
            said = null;
            return Future.succeededFuture();
        }
        ServerSSLOptions options =
                new ServerSSLOptions().setKeyCertOptions(pair.options()).setUseAlpn(false);
        return server.updateSSLOptions(options).onSuccess(updated -> {
            used = pair;
            seen = look.times();
            said = null;
            LOG.atInfo()
                    .addKeyValue("event", "admin_certificate_changed")
                    .log("new connections get the certificate in {}", files.certificate());
        });
    }

    /** The files' times stay unseen, so that the pair is looked at until it is good; what is wrong is said once. */
    private void sayOnce(Throwable failure) {
        String problem = String.valueOf(failure.getMessage());
        if (!problem.equals(said)) {
            said = problem;
            LOG.atError()
                    .addKeyValue("event", "admin_certificate_refused")
                    .log("the certificate in use stays: {}", problem);
        }
    }

    private static List<FileTime> times(AdminTls files) throws IOException {
        return List.of(time(files.certificate()), time(files.key()));
    }

    /** A file that is not there is old; reading it says so better. */
    private static FileTime time(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file) : FileTime.fromMillis(0);
    }
}
