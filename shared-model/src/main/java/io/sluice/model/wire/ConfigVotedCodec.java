// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.ConfigVoted;

/** Voter, its answer, and what it has. */
final class ConfigVotedCodec extends WireCodec<ConfigVoted> {

    private static final int VERSION = 1;

    ConfigVotedCodec() {
        super(ConfigVoted.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, ConfigVoted message) {
        NodeIdCodec.write(writer, "voter", message.voter());
        writer.flag(message.granted());
        BallotCodec.write(writer, message.promised());
        BallotCodec.write(writer, message.acceptedIn());
        ConfigRevisionCodec.writeOptional(writer, message.accepted());
    }

    @Override
    ConfigVoted readFields(WireReader reader, int foundVersion) {
        return new ConfigVoted(
                NodeIdCodec.read(reader, "voter"),
                reader.flag("granted"),
                BallotCodec.read(reader),
                BallotCodec.read(reader),
                ConfigRevisionCodec.readOptional(reader, "accepted"));
    }
}
