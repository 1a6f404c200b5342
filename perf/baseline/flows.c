// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Linear probing. A slot once used is never emptied: a flow past its time keeps its place until another one of the same
// chain takes it, so a chain never breaks and a search ends at the first slot that was never used.
#include "flows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

void flows_open(struct flows *flows, uint64_t capacity) {
    uint64_t slots = 1024;
    while (slots * 3 < capacity * 4) slots *= 2;
    void *memory = mmap(NULL, slots * sizeof(struct flow), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || getrandom(&flows->seed, sizeof flows->seed, 0) != sizeof flows->seed) {
        perror("flow table");
        exit(1);
    }
    madvise(memory, slots * sizeof(struct flow), MADV_HUGEPAGE); // a hint: fewer address look-ups
    memset(memory, 0, slots * sizeof(struct flow));              // all pages are there before the first packet
    flows->slots = memory;
    flows->mask = slots - 1;
    flows->count = 0;
    flows->last = NULL;
    flows->capacity = capacity;
}

static int over(const struct flow *flow, uint64_t now_ns) {
    uint64_t idle_s = (flow->key.vni_protocol & 0xff) == 6 ? IDLE_S_TCP : IDLE_S_OTHER;
    return now_ns - flow->last_seen_ns > idle_s * IDLE_NS_PER_S;
}

struct flow *flows_find(struct flows *flows, const struct key *key, uint64_t hash, uint64_t now_ns) {
    struct flow *last = flows->last;
    if (last != NULL && key_same(&last->key, key)) return over(last, now_ns) ? NULL : last;
    for (uint64_t at = hash & flows->mask;; at = (at + 1) & flows->mask) {
        struct flow *flow = &flows->slots[at];
        if (flow->key.vni_protocol == 0) return NULL;
        if (key_same(&flow->key, key)) {
            flows->last = flow;
            return over(flow, now_ns) ? NULL : flow;
        }
    }
}

struct flow *flows_insert(struct flows *flows, const struct key *key, uint64_t hash, uint64_t now_ns) {
    struct flow *place = NULL;
    for (uint64_t at = hash & flows->mask;; at = (at + 1) & flows->mask) {
        struct flow *flow = &flows->slots[at];
        if (flow->key.vni_protocol == 0) {
            if (place == NULL && flows->count < flows->capacity) {
                flows->count++;
                place = flow;
            }
            break;
        }
        if (key_same(&flow->key, key)) {
            place = flow; // the same tuple again, after its time
            break;
        }
        if (place == NULL && over(flow, now_ns)) place = flow;
    }
    if (place != NULL) {
        *place = (struct flow){.key = *key, .last_seen_ns = now_ns};
    }
    return place;
}
