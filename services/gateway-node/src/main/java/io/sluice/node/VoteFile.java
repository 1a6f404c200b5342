// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.agree.Voter;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVoted;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What this node has promised and accepted of configuration writes, in the data directory. It holds the wire form of the
 * answer that the voter would give.
 */
final class VoteFile implements Voter.Memory {

    private static final String FILE = "config-vote";

    private final SealedFile file;
    private final NodeId self;

    /**
     * @param dataDirectory an existing directory
     * @param self this node
     */
    VoteFile(Path dataDirectory, NodeId self) {
        this.file = new SealedFile(dataDirectory.resolve(FILE));
        this.self = self;
    }

    /**
     * What was kept.
     *
     * @throws IOException where it is damaged: a voter that forgot may let two nodes write one revision
     */
    Voter.State read() throws IOException {
        byte[] content = file.read();
        if (content == null) {
            return Voter.State.NEW;
        }
        try {
            ConfigVoted kept = WireCodecs.CONFIG_VOTED.decode(ByteBuffer.wrap(content));
            return new Voter.State(kept.promised(), kept.acceptedIn(), kept.accepted());
        } catch (WireFormatException unreadable) {
            throw new IOException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    @Override
    public void keep(Voter.State state) throws StoreUnavailable {
        try {
            file.write(WireCodecs.CONFIG_VOTED.encode(
                    new ConfigVoted(self, true, state.promised(), state.acceptedIn(), state.accepted())));
        } catch (IOException failed) {
            throw new StoreUnavailable(
                    file + " cannot be written (" + failed.getMessage() + "): expected room and the right to write",
                    failed);
        }
    }
}
