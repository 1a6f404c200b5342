// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewestRevisionTest {

    private static ConfigRevision revision(long number, String author) {
        return new ConfigRevision(number, new NodeId(author), GatewayModel.EMPTY);
    }

    @Test
    void keepsTheOneThatCountsWhateverComesAfterIt() {
        NewestRevision newest = new NewestRevision(revision(5, "b"));
        assertThat(newest.accept(revision(4, "c"))).isFalse();
        assertThat(newest.accept(revision(5, "a"))).isFalse();
        assertThat(newest.accept(revision(5, "b"))).isFalse();
        assertThat(newest.get()).isEqualTo(revision(5, "b"));
        assertThat(newest.accept(revision(5, "c"))).isTrue();
        assertThat(newest.accept(revision(6, "a"))).isTrue();
        assertThat(newest.get()).isEqualTo(revision(6, "a"));
    }

    @Test
    void takesWhatAnAuthorThatStartedOverSays() {
        NewestRevision newest = new NewestRevision(revision(5, "b"));
        ConfigRevision other = new ConfigRevision(
                5, new NodeId("b"), new GatewayModel(List.of(new Zone("z")), List.of(), List.of(), List.of()));
        assertThat(newest.accept(other)).isTrue();
        assertThat(newest.get()).isEqualTo(other);
    }
}
