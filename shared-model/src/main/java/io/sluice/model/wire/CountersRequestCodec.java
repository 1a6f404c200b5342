// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.CountersRequest;

/** No fields. */
final class CountersRequestCodec extends WireCodec<CountersRequest> {

    private static final int VERSION = 1;

    CountersRequestCodec() {
        super(CountersRequest.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, CountersRequest message) {}

    @Override
    CountersRequest readFields(WireReader reader, int foundVersion) {
        return new CountersRequest();
    }
}
