// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.model.config.GatewayModel;

/** The declarative document that a model is written as and read from. */
public interface ConfigDocuments {

    /** Bytes of a document, at most. */
    int BYTES_MAX = 16 << 20;

    /** Elements of a list of a document, at most: as many as a message to other nodes can hold. */
    int LIST_MAX = GatewayModel.LIST_MAX;

    /** Media type of documents that {@link #write} makes. */
    String MEDIA_TYPE = "application/yaml";

    /**
     * Reads a document; from any thread.
     *
     * @param document YAML, of which JSON is a part, in UTF-8
     * @throws InvalidDocument with everything that is wrong in it
     */
    GatewayModel read(byte[] document) throws InvalidDocument;

    /** The document that reads as this model; what drains is not in it. From any thread. */
    String write(GatewayModel model);

    /** Reads and writes parts of documents by the same rules. */
    ResourceFragments fragments();
}
