// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import java.util.Map;
import java.util.Optional;

/**
 * Single resources as fragments of the document: the mapping that the document has for one element of a list, with the
 * same keys, defaults and messages. A problem's key is its path in the fragment: {@code listener.tcp-idle-timeout}.
 *
 * <p>A fragment is judged by itself. What it refers to, and whether it goes together with the rest, {@link
 * io.sluice.model.config.GatewayModel} says when the resource is put into a model, by {@link
 * io.sluice.model.config.InvalidModelException} with the key.
 *
 * <p>Fragments are YAML, of which JSON is a part, in UTF-8, of at most {@link ConfigDocuments#BYTES_MAX} bytes. Trees have
 * every key, defaults included, in the document's order: values are strings, numbers, booleans, lists and further trees,
 * ready to be JSON. A tree that was written is read as the resource it was written from, but for what a document cannot
 * say: a target's registration, and that it drains.
 *
 * <p><b>Threading</b>: any thread. <b>Errors</b>: {@link InvalidDocument} with everything that is wrong.
 */
public interface ResourceFragments {

    /** Reads an element of {@code load-balancers}, its listener included. */
    LoadBalancer loadBalancer(byte[] fragment) throws InvalidDocument;

    /** Reads the {@code listener} of a load balancer. */
    Listener listener(byte[] fragment) throws InvalidDocument;

    /** Reads an element of {@code target-groups}, its targets included. */
    TargetGroup targetGroup(byte[] fragment) throws InvalidDocument;

    /** Reads one of a group's {@code targets}. */
    Target target(byte[] fragment) throws InvalidDocument;

    /** Reads an element of {@code endpoint-services}. */
    EndpointService endpointService(byte[] fragment) throws InvalidDocument;

    /**
     * Reads an element of {@code endpoints}. Without {@code connection} it is undecided: what was decided before stays,
     * as {@link io.sluice.api.core.Admissions} says.
     */
    Endpoint endpoint(byte[] fragment) throws InvalidDocument;

    /** Why the document of a whole model could not be read again, for it has become too large; empty where it could. */
    Optional<String> sizeRefusal(GatewayModel whole);

    /** The fragment of a load balancer. */
    Map<String, Object> write(LoadBalancer balancer);

    /** The fragment of a listener. */
    Map<String, Object> write(Listener listener);

    /** The fragment of a target group, with its targets but those that drain. */
    Map<String, Object> write(TargetGroup group);

    /** The fragment of a target. */
    Map<String, Object> write(Target target);

    /** The fragment of an endpoint service. */
    Map<String, Object> write(EndpointService service);

    /** The fragment of an endpoint; {@code connection} is in it where that is decided. */
    Map<String, Object> write(Endpoint endpoint);
}
