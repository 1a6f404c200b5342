// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Ballot;

/** Round and node. */
final class BallotCodec {

    private BallotCodec() {}

    static void write(WireWriter writer, Ballot ballot) {
        writer.i64(ballot.round());
        NodeIdCodec.write(writer, "proposer", ballot.proposer());
    }

    static Ballot read(WireReader reader) {
        return new Ballot(reader.i64("round"), NodeIdCodec.read(reader, "proposer"));
    }
}
