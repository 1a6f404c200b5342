// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.ConfigVote;

/** Ballot, and the revision where one is proposed. */
final class ConfigVoteCodec extends WireCodec<ConfigVote> {

    private static final int VERSION = 1;

    ConfigVoteCodec() {
        super(ConfigVote.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, ConfigVote message) {
        BallotCodec.write(writer, message.ballot());
        ConfigRevisionCodec.writeOptional(writer, message.proposed());
    }

    @Override
    ConfigVote readFields(WireReader reader, int foundVersion) {
        return new ConfigVote(BallotCodec.read(reader), ConfigRevisionCodec.readOptional(reader, "proposed"));
    }
}
