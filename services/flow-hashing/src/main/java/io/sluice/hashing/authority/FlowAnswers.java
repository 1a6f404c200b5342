// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowMoves;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenedBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gathers an answer flow by flow; names each target once. */
final class FlowAnswers {

    private static final int NOT_NAMED = -1;

    private final FlowRecords records;
    private final List<TargetRef> targets = new ArrayList<>();

    /** By the records' number of a target: its place among those named. */
    private int[] places;

    private final int[] outcomes;
    private final int[] cookies;
    private final long[] createdAtMs;
    private final int[] moves;

    /** @param withMoves whether the asker knows of numbers of moves */
    FlowAnswers(FlowRecords records, int flows, boolean withMoves) {
        this.records = records;
        places = new int[records.targetNumbers() + 1];
        Arrays.fill(places, NOT_NAMED);
        outcomes = new int[flows];
        cookies = new int[flows];
        createdAtMs = new long[flows];
        moves = withMoves ? new int[flows] : FlowMoves.none();
    }

    void add(int flow, int record) {
        outcomes[flow] = place(record);
        cookies[flow] = records.cookie(record);
        createdAtMs[flow] = records.createdAtMs(record);
        if (moves.length > 0) {
            moves[flow] = records.moves(record);
        }
    }

    private int place(int record) {
        int number = records.targetNumber(record);
        if (number >= places.length) {
            int before = places.length;
            places = Arrays.copyOf(places, 2 * number + 1);
            Arrays.fill(places, before, places.length, NOT_NAMED);
        }
        if (places[number] == NOT_NAMED || !targets.get(places[number]).equals(records.target(record))) {
            // a number may be given to another target while a batch is answered
            places[number] = targets.size();
            targets.add(records.target(record));
        }
        return places[number];
    }

    void refuse(int flow, int outcome) {
        outcomes[flow] = outcome;
    }

    FlowOpenedBatch batch() {
        return new FlowOpenedBatch(targets, outcomes, cookies, createdAtMs, moves);
    }
}
