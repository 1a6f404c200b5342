// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "traffic.h"
#include "udp.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
    INNER_HEADERS_BYTES = 28,
    MAGIC = 0x51ce,
    TTL = 64,
    SEEN = 1 << 20, // packets back from the newest of which it is known whether they came
};

// What a packet says of itself, right after its inner headers. Host order: sender and judge are one process.
struct label {
    uint16_t magic, phase, size, slot;
    uint64_t sequence, due_ns;
    uint32_t flow, check;
};
_Static_assert(sizeof(struct label) + INNER_HEADERS_BYTES <= SIZE_BYTES_MIN, "a label fits the smallest packet");

// What the last packet of a flow was like; all but the sequence number (its low 32 bits) as it came to a target.
struct flow {
    uint32_t last_sequence, cookie;
    uint16_t source_port;
    uint16_t target : 15, known : 1;
};

static struct flow *flows;
static uint8_t *slots; // header, inner headers, label, pattern
static uint64_t seen[SEEN / 64]; // a bit for each packet, by its sequence number
static uint32_t slot_stride;

static uint64_t random_state = 0x2545f4914f6cdd1du;

static uint32_t random_next(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16);
}

static void put16(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
    value = htonl(value);
    memcpy(at, &value, sizeof value);
}

void traffic_open(const struct traffic *traffic) {
    uint32_t largest = traffic->sizes == SIZES_FIXED ? traffic->size_bytes : SIZE_BYTES_MIXED_MAX;
    slot_stride = (traffic->headers.sent.bytes + largest + 63) / 64 * 64;
    slots = malloc((size_t)SLOTS * slot_stride);
    flows = calloc(traffic->flows, sizeof *flows);
    if (slots == NULL || flows == NULL) give_up("memory");
    for (size_t i = 0; i < (size_t)SLOTS * slot_stride; i++) slots[i] = (uint8_t)random_next();
    for (uint32_t i = 0; i < SLOTS; i++)
        memcpy(slots + (size_t)i * slot_stride, traffic->headers.sent.at, traffic->headers.sent.bytes);
}

uint32_t traffic_size(struct traffic *traffic) {
    static const uint16_t imix[12] = {64, 576, 64, 64, 576, 64, 1400, 64, 576, 64, 64, 576}; // 7 : 4 : 1
    switch (traffic->sizes) {
        case SIZES_FIXED: return traffic->size_bytes;
        case SIZES_IMIX: return imix[random_next() % 12];
        default: return SIZE_BYTES_MIN + random_next() % (SIZE_BYTES_MIXED_MAX - SIZE_BYTES_MIN + 1);
    }
}

static uint32_t check_of(const struct label *label) {
    uint64_t words[3];
    memcpy(words, label, sizeof words);
    __uint128_t product = (__uint128_t)(words[0] ^ 0x9e3779b97f4a7c15u) * (words[1] ^ 0xd6e8feb86659fd93u);
    return (uint32_t)((uint64_t)product ^ (uint64_t)(product >> 64) ^ words[2] ^ words[2] >> 32) ^ label->flow;
}

static void inner_headers(uint8_t *at, uint32_t flow, uint32_t size_bytes, uint32_t ttl) {
    uint32_t source = 0x0a400000u | flow >> 8; // 10.64.0.0/10
    uint32_t destination = 0xc6336401u + flow % 200; // 198.51.100.0/24
    uint32_t sum = 0x4500 + size_bytes + 0x4000 + (ttl << 8 | 17) + (source >> 16) + (source & 0xffff) + (destination >> 16) +
                   (destination & 0xffff);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put32(at, 0x45000000u | size_bytes);
    put32(at + 4, 0x00004000u);
    put32(at + 8, ttl << 24 | 17u << 16 | (~sum & 0xffff));
    put32(at + 12, source);
    put32(at + 16, destination);
    put16(at + 20, 10000 + (flow & 0xff));
    put16(at + 22, 443);
    put16(at + 24, size_bytes - 20);
    put16(at + 26, 0);
}

uint8_t *traffic_write(struct traffic *traffic, uint32_t slot, uint32_t flow, uint32_t size_bytes, uint64_t due_ns) {
    uint8_t *at = slots + (size_t)slot * slot_stride, *inner = at + traffic->headers.sent.bytes;
    header_endpoint_write(&traffic->headers.sent, at, flow % traffic->endpoints);
    inner_headers(inner, traffic->first_flow + flow, size_bytes, TTL);
    struct label label = {.magic = MAGIC, .phase = (uint16_t)traffic->phase, .size = (uint16_t)size_bytes,
                          .slot = (uint16_t)slot, .sequence = ++traffic->sequence, .due_ns = due_ns, .flow = flow};
    label.check = check_of(&label);
    seen[label.sequence % SEEN / 64] &= ~((uint64_t)1 << label.sequence % 64);
    memcpy(inner + INNER_HEADERS_BYTES, &label, sizeof label);
    return at;
}

static bool same_bytes(const struct traffic *traffic, const struct label *label, const uint8_t *inner, bool at_target) {
    uint8_t headers[INNER_HEADERS_BYTES];
    uint32_t before = INNER_HEADERS_BYTES + sizeof *label, hops = !traffic->routed ? 0 : at_target ? 1 : 2;
    const uint8_t *sent = slots + (size_t)label->slot * slot_stride + traffic->headers.sent.bytes;
    inner_headers(headers, traffic->first_flow + label->flow, label->size, TTL - hops);
    if (traffic->routed && !at_target) traffic_answer(headers);
    return memcmp(headers, inner, sizeof headers) == 0 && memcmp(sent + before, inner + before, label->size - before) == 0;
}

// Compares what every packet must have; fills the label when it has.
static bool readable(const struct traffic *traffic, struct verdict *verdict, const uint8_t *at, uint32_t bytes,
                     const struct header *header, struct label *label) {
    if (bytes < header->bytes + INNER_HEADERS_BYTES + sizeof *label) {
        verdict->wrong_size++;
        return false;
    }
    if (!header_is(header, at)) {
        verdict->wrong_header++;
        return false;
    }
    memcpy(label, at + header->bytes + INNER_HEADERS_BYTES, sizeof *label);
    if (label->magic != MAGIC || label->check != check_of(label) || label->flow >= traffic->flows || label->slot >= SLOTS) {
        verdict->wrong_bytes++;
        return false;
    }
    if (label->size != bytes - header->bytes) {
        verdict->wrong_size++;
        return false;
    }
    if (!header_endpoint_is(header, at, label->flow % traffic->endpoints)) {
        verdict->wrong_header++;
        return false;
    }
    return true;
}

// Whether the flow has come this way before, if it has come at all.
static bool kept(struct verdict *verdict, uint32_t cookie, uint32_t flow, const struct arrival *arrival) {
    struct flow *of = &flows[flow];
    struct flow now = {.last_sequence = of->last_sequence, .known = 1, .target = arrival->target & 0x7fff,
                       .source_port = arrival->source_port, .cookie = cookie};
    bool same = !of->known ||
                (of->target == now.target && of->source_port == now.source_port && of->cookie == now.cookie);
    *of = now;
    if (!same) verdict->changed++;
    return same;
}

bool traffic_judge(struct traffic *traffic, struct verdict *verdict, const uint8_t *at, uint32_t bytes,
                   const struct arrival *arrival, uint64_t *due_ns) {
    struct label label;
    const struct header *header = arrival != NULL ? &traffic->headers.at_target : &traffic->headers.back;
    if (!readable(traffic, verdict, at, bytes, header, &label)) return false;
    if (arrival != NULL && !kept(verdict, header_cookie(header, at), label.flow, arrival)) return false;
    if (label.phase != (uint16_t)traffic->phase || traffic->sequence - label.sequence >= SEEN) {
        verdict->late++;
        return false;
    }
    uint64_t *word = &seen[label.sequence % SEEN / 64], bit = (uint64_t)1 << label.sequence % 64;
    if (*word & bit) {
        verdict->duplicated++;
        return false;
    }
    *word |= bit;
    if (label.sequence % SAMPLED_OF == 0) {
        verdict->sampled++;
        if (!same_bytes(traffic, &label, at + header->bytes, arrival != NULL)) {
            verdict->wrong_bytes++;
            return false;
        }
    }
    uint32_t *last = &flows[label.flow].last_sequence;
    if ((int32_t)((uint32_t)label.sequence - *last) < 0) verdict->reordered++;
    else *last = (uint32_t)label.sequence;
    verdict->good++;
    *due_ns = label.due_ns;
    return true;
}

void traffic_passes(struct traffic *traffic, struct verdict *verdict, const uint8_t *at, uint32_t bytes,
                    const struct arrival *arrival) {
    struct label label;
    const struct header *header = &traffic->headers.at_target;
    if (readable(traffic, verdict, at, bytes, header, &label)) kept(verdict, header_cookie(header, at), label.flow, arrival);
}

void traffic_answer(uint8_t *inner) {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    memcpy(&source, inner + 12, sizeof source);
    memcpy(&destination, inner + 16, sizeof destination);
    memcpy(inner + 12, &destination, sizeof destination);
    memcpy(inner + 16, &source, sizeof source);
    memcpy(&source_port, inner + 20, sizeof source_port);
    memcpy(&destination_port, inner + 22, sizeof destination_port);
    memcpy(inner + 20, &destination_port, sizeof destination_port);
    memcpy(inner + 22, &source_port, sizeof source_port);
}
