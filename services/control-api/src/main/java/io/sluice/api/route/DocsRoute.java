// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ConfigDocuments;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * {@code /openapi.yaml}: the contract; {@code /docs}: the contract as a page. All that the page needs comes from here, so
 * that it works without a network, and its policy lets nothing else in.
 */
public final class DocsRoute implements AdminRoute {

    /** Styles are set on elements by the page's library; scripts are files of ours. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String LIBRARY = "/META-INF/resources/webjars/swagger-ui/";
    private static final String LIBRARY_PROPERTIES = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String SCRIPT_TYPE = "text/javascript; charset=utf-8";

    /** A file of the page: where it is on the class path, and its type. */
    private record PageFile(String path, boolean ofTheLibrary, String type) {}

    private static final Map<String, PageFile> FILES = Map.of(
            "page.js", new PageFile("/docs/page.js", false, SCRIPT_TYPE),
            "swagger-ui-bundle.js", new PageFile("swagger-ui-bundle.js", true, SCRIPT_TYPE),
            "swagger-ui.css", new PageFile("swagger-ui.css", true, "text/css; charset=utf-8"));

    private final Supplier<String> contract;

    /** @param contract says the contract */
    public DocsRoute(Supplier<String> contract) {
        this.contract = contract;
    }

    @Override
    public void bind(Operations operations) {
        operations
                .on(
                        "getContract",
                        context -> context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, ConfigDocuments.MEDIA_TYPE)
                                .end(contract.get()))
                .on("getDocs", context -> send(context, "/docs/index.html", "text/html; charset=utf-8"))
                .on("getDocsFile", DocsRoute::file);
    }

    private static void file(RoutingContext context) {
        String name = QueryValues.path(context, "file");
        PageFile file = Objects.requireNonNull(FILES.get(name), name);
        send(context, file.ofTheLibrary ? LIBRARY + version() + "/" + file.path : file.path, file.type);
    }

    private static void send(RoutingContext context, String path, String type) {
        context.vertx()
                .executeBlocking(() -> Buffer.buffer(read(path)), false)
                .onComplete(
                        content -> context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                                .putHeader("Content-Security-Policy", POLICY)
                                .putHeader("X-Content-Type-Options", "nosniff")
                                .putHeader("Referrer-Policy", "no-referrer")
                                .end(content),
                        context::fail);
    }

    private static byte[] read(String path) {
        try (InputStream file = DocsRoute.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(file, path).readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream file = DocsRoute.class.getResourceAsStream(LIBRARY_PROPERTIES)) {
            properties.load(Objects.requireNonNull(file, LIBRARY_PROPERTIES));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return properties.getProperty("version");
    }
}
