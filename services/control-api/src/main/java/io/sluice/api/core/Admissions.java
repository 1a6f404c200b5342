// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.EndpointId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decisions about endpoints: accept, reject (E-3, E-4), and what stands where a document says nothing.
 *
 * <ul>
 *   <li>accept: a pending endpoint, and a rejected one too, whose owner is let in after all;
 *   <li>reject: a pending endpoint, and an available one, which is disconnected: its flows end;
 *   <li>a decision that stands already is taken again without effect.
 * </ul>
 *
 * <p>A model that these make is to be put in force as a document is, and says the decision.
 *
 * <p><b>Threading</b>: pure functions of immutable values.
 */
public final class Admissions {

    private Admissions() {}

    /** What became of a decision. */
    public sealed interface Outcome {}

    /**
     * It changes the model.
     *
     * @param model with the decision
     * @param before what was decided before
     */
    public record Changed(GatewayModel model, Admission before) implements Outcome {}

    /** It stands already. */
    public record AlreadySo() implements Outcome {}

    /** There is no such endpoint. */
    public record NoSuchEndpoint() implements Outcome {}

    /** Lets an endpoint in, from any state. */
    public static Outcome accept(GatewayModel model, EndpointId endpoint) {
        return decide(model, endpoint, Admission.ACCEPTED);
    }

    /** Refuses an endpoint, or disconnects it, from any state. */
    public static Outcome reject(GatewayModel model, EndpointId endpoint) {
        return decide(model, endpoint, Admission.REJECTED);
    }

    /** What is decided about an endpoint of the model; never undecided. {@link Admission#endpointState} is its state. */
    public static Admission of(GatewayModel model, Endpoint endpoint) {
        return new EndpointPaths(model).admission(endpoint);
    }

    /**
     * A model in which nothing is undecided: what was decided about an endpoint stays as long as it has the same account
     * and leads to the same service or load balancer, and of all others the service decides (E-3).
     *
     * @param current the model in force
     * @param desired the model that follows
     */
    public static GatewayModel decided(GatewayModel current, GatewayModel desired) {
        if (desired.endpoints().stream().noneMatch(endpoint -> endpoint.admission() == Admission.UNDECIDED)) {
            return desired;
        }
        Map<EndpointId, Endpoint> known = new HashMap<>();
        current.endpoints().forEach(endpoint -> known.put(endpoint.id(), endpoint));
        EndpointPaths then = new EndpointPaths(current);
        EndpointPaths paths = new EndpointPaths(desired);
        return desired.withEndpoints(desired.endpoints().stream()
                .map(endpoint -> {
                    Endpoint old = known.get(endpoint.id());
                    return endpoint.admission() != Admission.UNDECIDED
                            ? endpoint
                            : endpoint.with(
                                    old != null && isSame(old, endpoint)
                                            ? then.admission(old)
                                            : paths.admission(endpoint));
                })
                .toList());
    }

    /** Whether it is the connection that was decided about: another account or service was not asked for then. */
    private static boolean isSame(Endpoint old, Endpoint endpoint) {
        return old.account().equals(endpoint.account()) && old.backing().equals(endpoint.backing());
    }

    private static Outcome decide(GatewayModel model, EndpointId id, Admission decision) {
        Endpoint found = model.endpoints().stream()
                .filter(endpoint -> endpoint.id().equals(id))
                .findFirst()
                .orElse(null);
        if (found == null) {
            return new NoSuchEndpoint();
        }
        Admission before = of(model, found);
        if (before == decision) {
            return new AlreadySo();
        }
        List<Endpoint> endpoints = model.endpoints().stream()
                .map(endpoint -> endpoint.id().equals(id) ? endpoint.with(decision) : endpoint)
                .toList();
        return new Changed(model.withEndpoints(endpoints), before);
    }
}
