// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.EndpointService;
import io.sluice.model.config.Principal;
import io.sluice.model.id.EndpointServiceId;

/** An endpoint service. */
final class EndpointServiceCodec {

    private static final int ACCOUNT_BYTES = 12;

    /** Name, number of load balancers and one, acceptance, number of principals, address types, account, number of tags. */
    static final int BYTES_MIN =
            3 + Integer.BYTES + 3 + 1 + Integer.BYTES + 1 + Short.BYTES + ACCOUNT_BYTES + Integer.BYTES;

    private EndpointServiceCodec() {}

    static void write(WireWriter writer, EndpointService service) {
        writer.text("endpoint service", service.id().name(), WireLimits.ID_BYTES_MAX);
        writer.list(
                "load balancers",
                service.loadBalancers(),
                EndpointService.LOAD_BALANCERS_MAX,
                LoadBalancerIdCodec::write);
        writer.flag(service.acceptanceRequired());
        writer.list(
                "allowed principals",
                service.allowedPrincipals(),
                EndpointService.PRINCIPALS_MAX,
                EndpointServiceCodec::writePrincipal);
        LoadBalancerCodec.IP_ADDRESS_TYPE.write(writer, service.ipAddressTypes());
        writer.text("account", service.account(), ACCOUNT_BYTES);
        TagsCodec.write(writer, service.tags());
    }

    static EndpointService read(WireReader reader) {
        return new EndpointService(
                new EndpointServiceId(reader.text("endpoint service", WireLimits.ID_BYTES_MAX)),
                reader.list("load balancers", EndpointService.LOAD_BALANCERS_MAX, 3, LoadBalancerIdCodec::read),
                reader.flag("acceptance-required"),
                reader.list(
                        "allowed principals", EndpointService.PRINCIPALS_MAX, 3, EndpointServiceCodec::readPrincipal),
                LoadBalancerCodec.IP_ADDRESS_TYPE.read(reader),
                reader.text("account", ACCOUNT_BYTES),
                TagsCodec.read(reader));
    }

    private static void writePrincipal(WireWriter writer, Principal principal) {
        writer.text("principal", principal.text(), Principal.LENGTH_MAX);
    }

    private static Principal readPrincipal(WireReader reader) {
        return new Principal(reader.text("principal", Principal.LENGTH_MAX));
    }
}
