// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.agree.Voter;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node keeps of configuration writes beside its store: its votes, and the newest that it heard. */
class SealedFilesTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final ConfigRevision REVISION = new ConfigRevision(
            7,
            new NodeId("gw-2"),
            List.of("00112233"),
            new GatewayModel(List.of(new Zone("az1")), List.of(), List.of(), List.of()));

    @TempDir
    private Path directory;

    @Test
    void aVoterFindsWhatItPromisedAndAccepted() throws Exception {
        VoteFile file = new VoteFile(directory, SELF);
        assertThat(file.read()).isEqualTo(Voter.State.NEW);
        Voter.State state = new Voter.State(new Ballot(9, SELF), new Ballot(8, new NodeId("gw-2")), REVISION);
        file.keep(state);
        assertThat(new VoteFile(directory, SELF).read()).isEqualTo(state);
        Voter.State promised = new Voter.State(new Ballot(10, SELF), Ballot.NONE, null);
        file.keep(promised);
        assertThat(new VoteFile(directory, SELF).read()).isEqualTo(promised);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 40, -1})
    void aVoterWhoseFileIsDamagedDoesNotVote(int changed) throws Exception {
        new VoteFile(directory, SELF).keep(new Voter.State(new Ballot(9, SELF), Ballot.NONE, REVISION));
        damage("config-vote", changed);
        assertThatThrownBy(() -> new VoteFile(directory, SELF).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("config-vote is damaged: expected it as it was written, or no such file");
    }

    @Test
    void aVoteThatCannotBeWrittenIsNone() throws Exception {
        VoteFile file = new VoteFile(directory.resolve("gone"), SELF);
        assertThatThrownBy(() -> file.keep(Voter.State.NEW))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("config-vote cannot be written");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 33, -1})
    void theLastKnownGoodCopyIsFoundUnlessItIsDamaged(int changed) throws Exception {
        LastKnownGood copy = new LastKnownGood(directory);
        assertThat(copy.read()).isEmpty();
        copy.keep(REVISION);
        copy.keep(new ConfigRevision(6, SELF, GatewayModel.EMPTY));
        assertThat(copy.lacks(REVISION)).isFalse();
        assertThat(new LastKnownGood(directory).read()).contains(REVISION);
        damage("last-known-good", changed);
        assertThat(new LastKnownGood(directory).read()).isEmpty();
    }

    /** Another byte at a place, or the last one missing. */
    private void damage(String name, int changed) throws IOException {
        Path file = directory.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        if (changed < 0) {
            Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        } else {
            bytes[changed] = (byte) (bytes[changed] ^ 1);
            Files.write(file, bytes);
        }
    }
}
