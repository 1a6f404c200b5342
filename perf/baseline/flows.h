// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Flows by endpoint and 5-tuple, the same for both directions: open addressing, 64 bytes a flow, capacity fixed at start.
#ifndef SLUICE_FLOWS_H
#define SLUICE_FLOWS_H

#include "wire.h"
#include <stddef.h>
#include <stdint.h>

struct key {
    uint64_t addresses; // lower end first, so that both directions are one key (F-4)
    uint32_t ports;
    uint32_t vni_protocol; // 0 only in an empty slot
};

struct flow {
    struct key key;
    uint64_t last_seen_ns;
    uint32_t cookie;
    uint16_t target;
    uint8_t port_slot;
    uint8_t lower_began; // whether the key's lower end sent the first packet
    uint64_t packets[2]; // of the lower end, of the other
    uint64_t bytes[2];
};
_Static_assert(sizeof(struct flow) == 64, "a flow is one cache line");

struct flows {
    struct flow *slots; // a power of two of them, at least 4/3 of the capacity
    uint64_t mask;
    uint64_t count, capacity;
    uint64_t seed;
    struct flow *last; // found by the look-up before, as packets of one flow come in runs
};

enum { IDLE_NS_PER_S = 1000000000, IDLE_S_TCP = 350, IDLE_S_OTHER = 120 };

void flows_open(struct flows *flows, uint64_t capacity);

// The flow of a key, NULL when there is none or it has been idle too long.
struct flow *flows_find(struct flows *flows, const struct key *key, uint64_t hash, uint64_t now_ns);

// A slot for a key that has no flow, filled in but for target, cookie and port; NULL when the table is full.
struct flow *flows_insert(struct flows *flows, const struct key *key, uint64_t hash, uint64_t now_ns);

static inline int key_same(const struct key *a, const struct key *b) {
    return a->addresses == b->addresses && a->ports == b->ports && a->vni_protocol == b->vni_protocol;
}

static inline uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Makes the key of a packet; returns whether its source is the lower end.
static inline int key_of(struct key *key, uint32_t vni, const struct inner *inner) {
    uint64_t source = (uint64_t)inner->source << 16 | inner->source_port;
    uint64_t destination = (uint64_t)inner->destination << 16 | inner->destination_port;
    int from_lower = source <= destination;
    uint64_t low = from_lower ? source : destination;
    uint64_t high = from_lower ? destination : source;
    key->addresses = (low >> 16) << 32 | high >> 16;
    key->ports = (uint32_t)(low & 0xffff) << 16 | (uint32_t)(high & 0xffff);
    key->vni_protocol = vni << 8 | inner->protocol;
    return from_lower;
}

static inline uint64_t key_hash(const struct flows *flows, const struct key *key) {
    uint64_t rest = (uint64_t)key->vni_protocol << 32 | key->ports;
    return mix(key->addresses ^ flows->seed, mix(rest ^ 0x9e3779b97f4a7c15u, flows->seed | 1));
}

static inline void flows_prefetch(const struct flows *flows, uint64_t hash) {
    __builtin_prefetch(&flows->slots[hash & flows->mask], 1);
}

#endif
