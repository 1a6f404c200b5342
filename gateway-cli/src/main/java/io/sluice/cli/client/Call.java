// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request to make: method, path, query, headers and body. Confined to one thread. */
public final class Call {

    private final String method;
    private final StringBuilder path;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private byte[] body = {};
    private boolean hasQuery;

    private Call(String method, String path) {
        this.method = method;
        this.path = new StringBuilder(path);
    }

    /**
     * A request without body.
     *
     * @param method HTTP method
     * @param path route without the first slash, encoded
     */
    public static Call of(String method, String path) {
        return new Call(method, path);
    }

    /** Text as one piece of a path. */
    public static String encoded(String piece) {
        return URLEncoder.encode(piece, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Adds a parameter; an empty one is left out. */
    public Call query(String name, String value) {
        if (!value.isEmpty()) {
            path.append(hasQuery ? '&' : '?').append(name).append('=').append(encoded(value));
            hasQuery = true;
        }
        return this;
    }

    /** Only where nothing has changed since; empty for whatever happened since. */
    public Call ifMatch(String etag) {
        if (!etag.isEmpty()) {
            headers.put("If-Match", etag.startsWith("\"") ? etag : '"' + etag + '"');
        }
        return this;
    }

    /** Only where it is there. */
    public Call ifThere() {
        headers.put("If-Match", "*");
        return this;
    }

    /** Sends JSON. */
    public Call json(String mediaType, JsonNode tree) {
        return bytes(mediaType, tree.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes. */
    public Call bytes(String mediaType, byte[] document) {
        headers.put("Content-Type", mediaType);
        body = document.clone();
        return this;
    }

    /** Path and query, as asked for. */
    public String path() {
        return path.toString();
    }

    /** Fills what java.net.http sends. */
    void fill(HttpRequest.Builder request) {
        headers.forEach(request::setHeader);
        request.method(
                method,
                headers.containsKey("Content-Type")
                        ? HttpRequest.BodyPublishers.ofByteArray(body)
                        : HttpRequest.BodyPublishers.noBody());
    }
}
