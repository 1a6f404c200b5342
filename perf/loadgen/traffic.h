// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// The packets of a workload, and the judge of what came of them.
//
// Every packet is inner IPv4/UDP behind a header and says of itself: phase, size, sequence number, time it was due, flow, and
// a check over these. The rest is a pattern. On arrival the header, length and check of every packet are compared, that it
// comes once, order within every flow, that a flow keeps its target, source port and cookie, and of one packet in 61 the
// inner headers and every byte.
#ifndef SLUICE_TRAFFIC_H
#define SLUICE_TRAFFIC_H

#include "headers.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    SIZE_BYTES_MIN = 64, // inner IPv4 packet
    SIZE_BYTES_MAX = 8500,
    SIZE_BYTES_MIXED_MAX = 1400,
    SLOTS = 256, // packets that may be sent in one call
    SAMPLED_OF = 61, // a prime: with flows taken in turn every flow has its share
    FLOW_NUMBERS = 1 << 30, // so many flows have addresses and ports of their own
};

enum sizes { SIZES_FIXED, SIZES_IMIX, SIZES_MIXED };

struct traffic {
    enum sizes sizes;
    uint32_t size_bytes; // with SIZES_FIXED
    uint32_t flows;
    uint32_t first_flow; // number of the first one's addresses and ports
    uint32_t endpoints;  // flows i, i + endpoints, … are endpoint i's
    struct headers headers;
    bool routed; // by a router: its hops show in the inner header, and what comes back are answers
    uint32_t phase; // packets of another phase are late and do not count
    uint64_t sequence; // of the next packet
    uint32_t next_flow;
};

// What the judge found since the start. `duplicated` came before; `changed` came to another target, from another source
// port or with another cookie than the packets of its flow before; `reordered` came after a later one and is good else.
struct verdict {
    uint64_t good, late, wrong_header, wrong_size, wrong_bytes, duplicated, changed, reordered, sampled;
};

// Where a packet came to a target; source_port in network order.
struct arrival {
    uint32_t target;
    uint16_t source_port;
};

void traffic_open(const struct traffic *traffic);

// The inner size of the next packet, bytes.
uint32_t traffic_size(struct traffic *traffic);

// Writes the next packet of `flow` into a slot, its header first; returns where it is.
uint8_t *traffic_write(struct traffic *traffic, uint32_t slot, uint32_t flow, uint32_t size_bytes, uint64_t due_ns);

// Judges a packet that is done: as it came to a target, or to the endpoint (`arrival` NULL). When it is good, says when it
// had been due.
bool traffic_judge(struct traffic *traffic, struct verdict *verdict, const uint8_t *at, uint32_t bytes,
                   const struct arrival *arrival, uint64_t *due_ns);

// Judges what can be judged at a target of a packet that is going back to the endpoint.
void traffic_passes(struct traffic *traffic, struct verdict *verdict, const uint8_t *at, uint32_t bytes,
                    const struct arrival *arrival);

// Makes an inner packet the answer to itself: ends exchanged. Both checksums stay right (the UDP one is none).
void traffic_answer(uint8_t *inner);

#endif
