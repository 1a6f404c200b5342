// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import io.sluice.model.message.NodeStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoleLocatorTest {

    private static final NodeId SELF = new NodeId("gw-5");
    private static final String ROLE = "flow-hashing";

    private long nowMs = 100;

    private RoleLocator locator(String... ownRoles) {
        return new RoleLocator(SELF, List.of(ownRoles), ROLE, () -> nowMs);
    }

    private static NodeStatus status(String node, long bootId, String... roles) {
        return new NodeStatus(new NodeId(node), bootId, List.of(roles), 1);
    }

    @Test
    void prefersThisNodeWhereItHasTheRole() {
        RoleLocator locator = locator(ROLE);
        locator.accept(status("gw-1", 7, ROLE));
        assertThat(locator.locate()).isEqualTo(SELF);
    }

    @Test
    void findsNobodyBeforeAnybodyHasSpoken() {
        assertThat(locator("ingress").locate()).isNull();
    }

    @Test
    void takesTheSmallestNodeThatHasTheRoleWhateverOrderTheySpeakIn() {
        RoleLocator locator = locator();
        locator.accept(status("gw-3", 30, ROLE));
        locator.accept(status("gw-1", 10, "ingress"));
        locator.accept(status("gw-2", 20, "ingress", ROLE));
        assertThat(locator.locate()).isEqualTo(new NodeId("gw-2"));
    }

    @Test
    void forgetsANodeThatIsSilentAndFindsItAgainWithItsNextWord() {
        RoleLocator locator = locator();
        locator.accept(status("gw-2", 20, ROLE));
        nowMs += RoleLocator.SILENT_MS - 1;
        assertThat(locator.locate()).isEqualTo(new NodeId("gw-2"));
        nowMs += 1;
        assertThat(locator.locate()).isNull();
        locator.accept(status("gw-2", 21, ROLE));
        assertThat(locator.locate()).isEqualTo(new NodeId("gw-2"));
    }

    @Test
    void forgetsANodeThatGaveUpTheRole() {
        RoleLocator locator = locator();
        locator.accept(status("gw-2", 20, ROLE));
        locator.accept(status("gw-2", 22, "ingress"));
        assertThat(locator.locate()).isNull();
    }
}
