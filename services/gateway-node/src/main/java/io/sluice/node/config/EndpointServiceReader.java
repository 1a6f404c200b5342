// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.EndpointService;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.LoadBalancerId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One element of {@code endpoint-services}. */
final class EndpointServiceReader {

    private static final Map<List<String>, IpAddressType> ADDRESS_TYPES = Map.of(
            List.of("ipv4"), IpAddressType.IPV4,
            List.of("ipv4", "ipv6"), IpAddressType.DUALSTACK,
            List.of("ipv6", "ipv4"), IpAddressType.DUALSTACK);

    private final ModelNames names;

    /** @param names takes its name, and has those of load balancers */
    EndpointServiceReader(ModelNames names) {
        this.names = names;
    }

    /** The service; null where a part of it cannot be read. */
    @Nullable
    EndpointService read(YamlMapping service) {
        final int before = service.problemCount();
        EndpointServiceId id = service.<@Nullable EndpointServiceId>require(
                "name", text -> names.services.declare(new EndpointServiceId(text)), null);
        if (id == null) {
            names.services.incomplete();
        }
        List<LoadBalancerId> balancers =
                service.values("load-balancers", text -> names.balancers.refer(new LoadBalancerId(text)));
        if (!service.has("load-balancers")) {
            service.problem("load-balancers", "this key is required");
        } else if (service.isList("load-balancers")) {
            service.lengthAtLeast("load-balancers", 1);
            service.lengthAtMost("load-balancers", EndpointService.LOAD_BALANCERS_MAX);
        }
        final boolean acceptanceRequired = service.flag("acceptance-required", true);
        List<Principal> principals = service.values("allowed-principals", Principal::new);
        service.lengthAtMost("allowed-principals", EndpointService.PRINCIPALS_MAX);
        final IpAddressType addressTypes = addressTypes(service);
        final String account = service.optional("account", AccountText::read, EndpointService.ACCOUNT_DEFAULT);
        final Tags tags = TagsReader.read(service);
        return id == null
                ? null
                : service.make(
                        before,
                        () -> new EndpointService(
                                id, balancers, acceptanceRequired, principals, addressTypes, account, tags));
    }

    private static IpAddressType addressTypes(YamlMapping service) {
        String key = "ip-address-types";
        List<String> words = service.values(key, text -> text);
        if (!service.has(key)) {
            return IpAddressType.IPV4;
        }
        IpAddressType read = ADDRESS_TYPES.get(words);
        if (read != null) {
            return read;
        }
        if (service.isList(key)) {
            service.problem(key, words + ": expected [ipv4] or [ipv4, ipv6]");
        }
        return IpAddressType.IPV4;
    }
}
