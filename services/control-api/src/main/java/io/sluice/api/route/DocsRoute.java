// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.netty.buffer.Unpooled;
import io.sluice.api.ConfigDocuments;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private static final String INDEX = "index.html";
    private static final String SCRIPT_TYPE = "text/javascript; charset=utf-8";

    /** A file of the page: where it is on the class path, and its type. */
    private record PageFile(String path, boolean ofTheLibrary, String type) {}

    private static final Map<String, PageFile> FILES = Map.of(
            "page.js", new PageFile("/docs/page.js", false, SCRIPT_TYPE),
            "swagger-ui-bundle.js", new PageFile("swagger-ui-bundle.js", true, SCRIPT_TYPE),
            "swagger-ui.css", new PageFile("swagger-ui.css", true, "text/css; charset=utf-8"));

    private final Supplier<String> contract;
    private final Map<String, Buffer> contents = new HashMap<>();
    private @Nullable Buffer contractText;

    /** @param contract says the contract */
    public DocsRoute(Supplier<String> contract) {
        this.contract = contract;
    }

    @Override
    public void bind(Operations operations) {
        readAll();
        operations
                .on(
                        "getContract",
                        context -> context.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, ConfigDocuments.MEDIA_TYPE)
                                .end(contractText()))
                .on("getDocs", context -> send(context, INDEX, "text/html; charset=utf-8"))
                .on("getDocsFile", this::file);
    }

    private Buffer contractText() {
        Buffer known = contractText;
        if (known == null) {
            known = shared(contract.get().getBytes(StandardCharsets.UTF_8));
            contractText = known;
        }
        return known;
    }

    private void file(RoutingContext context) {
        String name = QueryValues.path(context, "file");
        send(context, name, Objects.requireNonNull(FILES.get(name), name).type);
    }

    private void send(RoutingContext context, String name, String type) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .end(Objects.requireNonNull(contents.get(name), name));
    }

    /** Once: whoever asks needs no token, and must not make the node unpack its class path. */
    private void readAll() {
        contents.put(INDEX, shared(read("/docs/" + INDEX)));
        String library = LIBRARY + version() + "/";
        FILES.forEach(
                (name, file) -> contents.put(name, shared(read(file.ofTheLibrary ? library + file.path : file.path))));
    }

    /**
     * Where sockets take it from, for all who ask at once: of what is on the heap each answer that its client does not read would
     * hold a copy outside, without a token and without end.
     */
    private static Buffer shared(byte[] bytes) {
        ByteBuffer outside = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return BufferInternal.buffer(Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(outside.asReadOnlyBuffer())));
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
