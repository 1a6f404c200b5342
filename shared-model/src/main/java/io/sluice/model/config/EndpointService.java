// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import java.util.HashSet;
import java.util.List;

/**
 * Load balancers offered to endpoints, of other accounts too (E-1).
 *
 * <p>It is there in each zone that one of its load balancers is enabled in. An endpoint has the first of them that is
 * enabled in its zone (E-2).
 *
 * @param id name
 * @param loadBalancers 1-{@value #LOAD_BALANCERS_MAX}, each once
 * @param acceptanceRequired whether a new endpoint waits until it is accepted (E-3)
 * @param allowedPrincipals whose endpoints it takes beside the owner's, each once, at most {@value #PRINCIPALS_MAX} (E-5)
 * @param ipAddressTypes what endpoints may carry: {@code [ipv4]} is IPV4, {@code [ipv4, ipv6]} is DUALSTACK (E-9)
 * @param account its owner, 12 digits
 * @param tags of no meaning to packets
 */
public record EndpointService(
        EndpointServiceId id,
        List<LoadBalancerId> loadBalancers,
        boolean acceptanceRequired,
        List<Principal> allowedPrincipals,
        IpAddressType ipAddressTypes,
        String account,
        Tags tags) {

    /** Load balancers of one service, at most. */
    public static final int LOAD_BALANCERS_MAX = 100;

    /** Principals of one service, at most. */
    public static final int PRINCIPALS_MAX = 1_000;

    /** Owner of services that name none. */
    public static final String ACCOUNT_DEFAULT = Accounts.DEFAULT;

    /** A service with the defaults of the configuration page. */
    public EndpointService(EndpointServiceId id, List<LoadBalancerId> loadBalancers) {
        this(id, loadBalancers, true, List.of(), IpAddressType.IPV4, ACCOUNT_DEFAULT, Tags.NONE);
    }

    /** Checks numbers, the account's digits, and that nothing is there twice; keeps copies. */
    public EndpointService {
        loadBalancers = List.copyOf(loadBalancers);
        allowedPrincipals = List.copyOf(allowedPrincipals);
        Ranges.require(
                "number of load balancers of endpoint service " + id, loadBalancers.size(), 1, LOAD_BALANCERS_MAX);
        Ranges.require(
                "number of allowed principals of endpoint service " + id, allowedPrincipals.size(), 0, PRINCIPALS_MAX);
        once(id, "load balancer", loadBalancers);
        once(id, "principal", allowedPrincipals);
        Accounts.require("endpoint service " + id, account);
    }

    private static void once(EndpointServiceId id, String what, List<?> elements) {
        HashSet<Object> seen = new HashSet<>();
        for (Object element : elements) {
            if (!seen.add(element)) {
                throw new IllegalArgumentException(what + " " + element + " is twice in endpoint service " + id);
            }
        }
    }

    /** Whether an account may have endpoints of it: the owner always, others as the principals say (E-5). */
    public boolean admits(String endpointAccount) {
        return endpointAccount.equals(account)
                || allowedPrincipals.stream().anyMatch(principal -> principal.lets(endpointAccount));
    }

    /** What is decided about a new endpoint (E-3). */
    public Admission firstAdmission() {
        return acceptanceRequired ? Admission.PENDING : Admission.ACCEPTED;
    }

    /** What to say to an account that it does not admit. */
    public String refusalOf(String endpointAccount) {
        return "endpoint service " + id + " does not allow account " + endpointAccount
                + " (E-5): expected its owner " + account
                + (allowedPrincipals.isEmpty()
                        ? ", or a principal of the account in its allowed-principals"
                        : ", or one that its allowed-principals let in: " + allowedPrincipals);
    }
}
