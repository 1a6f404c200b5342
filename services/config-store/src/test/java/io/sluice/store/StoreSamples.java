// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.stream.IntStream;

/** Revisions that can be told apart, and who made them. */
final class StoreSamples {

    static final NodeId GW_1 = new NodeId("gw-1");
    static final NodeId GW_2 = new NodeId("gw-2");
    private static final Zone AZ1 = new Zone("az1");

    private StoreSamples() {}

    /** A model with one group of targets whose weights say which model it is. */
    static GatewayModel model(long which, int targets) {
        List<Target> list = IntStream.range(0, targets)
                .mapToObj(n -> {
                    Ipv4Address address = new Ipv4Address(0x0a01_0000 + n);
                    return new Target(
                            new TargetId(address.toString()), address, 6081, AZ1, (int) (which % 1_000) + 1, 1);
                })
                .toList();
        TargetGroup group =
                new TargetGroup(new TargetGroupId("firewalls"), HealthCheckSpec.DEFAULT, Stickiness.FIVE_TUPLE, list);
        return new GatewayModel(List.of(AZ1), List.of(group), List.of(), List.of());
    }

    static ConfigRevision revision(long number) {
        return new ConfigRevision(number, GW_1, model(number, 3));
    }

    static AuditEntry entry(long revision) {
        return AuditEntry.ofRevision(
                1_700_000_000_000L + revision,
                new ChangeOrigin("ci", "apply"),
                revision,
                List.of(new ConfigChange(
                        ConfigChange.Action.CHANGE, "target", "firewalls/10.1.0.0", "weight", "1", "" + revision)));
    }

    static void append(RocksConfigStore store, long number) throws StoreUnavailable {
        store.append(revision(number), entry(number), null);
    }

    static TokenRecord token(String name) {
        return new TokenRecord(name, TokenRole.READ_ONLY, "ab".repeat(32), 5, 0, 9);
    }
}
