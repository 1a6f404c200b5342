// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Headers on both legs: GENEVE (RFC 8926 section 3.4) as endpoints and as appliances speak it, and the inner IPv4, TCP
// and UDP headers. Lengths are bytes; fields are read and written byte by byte in network order, so nothing need be
// aligned. Every length is compared with the bytes present before anything that depends on it is read.
#ifndef SLUICE_WIRE_H
#define SLUICE_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    GENEVE_HEADER_BYTES = 8,
    TARGET_HEADER_BYTES = 40, // 8 and the three options of class 0x0108
    GENEVE_CONTROL = 0x80,
    GENEVE_CRITICAL = 0x40,
    PROTOCOL_IPV4 = 0x0800,
    OPTION_CLASS = 0x0108,
    OPTION_ENDPOINT = 1,
    OPTION_ATTACHMENT = 2,
    OPTION_COOKIE = 3,
    IPV4_HEADER_BYTES_MIN = 20,
    INNER_BYTES_MAX = 8500,
};

static inline uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static inline uint32_t get32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}
static inline uint64_t get64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap64(value);
}
static inline void put32(uint8_t *at, uint32_t value) {
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof value);
}
static inline void put64(uint8_t *at, uint64_t value) {
    value = __builtin_bswap64(value);
    memcpy(at, &value, sizeof value);
}

// Of a datagram: where the inner packet begins, the VNI, and what the three options say. `options` has a bit for each
// option of ours that was there with its right length.
struct geneve {
    const uint8_t *inner;
    uint32_t inner_bytes;
    uint32_t vni;
    uint32_t options;
    uint64_t endpoint;
    uint32_t cookie;
};

enum { OPTIONS_ALL = 1 << OPTION_ENDPOINT | 1 << OPTION_ATTACHMENT | 1 << OPTION_COOKIE };

// Takes a datagram apart; false when it is to be dropped. Options come in any order; what is unknown is skipped by its
// length (W-15), unless it is critical.
static inline bool geneve_parse(struct geneve *out, const uint8_t *at, uint32_t bytes) {
    if (bytes < GENEVE_HEADER_BYTES || at[0] >> 6 != 0) return false;
    uint32_t header = GENEVE_HEADER_BYTES + 4u * (at[0] & 0x3f);
    if (header > bytes || (at[1] & GENEVE_CONTROL) || get16(at + 2) != PROTOCOL_IPV4) return false;
    out->vni = get32(at + 4) >> 8;
    out->inner = at + header;
    out->inner_bytes = bytes - header;
    out->options = 0;
    out->endpoint = 0;
    out->cookie = 0;
    for (uint32_t offset = GENEVE_HEADER_BYTES; offset < header;) {
        if (header - offset < 4) return false;
        const uint8_t *option = at + offset;
        uint32_t data = 4u * (option[3] & 0x1f);
        if (header - offset - 4 < data) return false;
        if (get16(option) == OPTION_CLASS && option[2] == OPTION_ENDPOINT && data == 8) {
            out->endpoint = get64(option + 4);
            out->options |= 1 << OPTION_ENDPOINT;
        } else if (get16(option) == OPTION_CLASS && option[2] == OPTION_ATTACHMENT && data == 8) {
            out->options |= 1 << OPTION_ATTACHMENT;
        } else if (get16(option) == OPTION_CLASS && option[2] == OPTION_COOKIE && data == 4) {
            out->cookie = get32(option + 4);
            out->options |= 1 << OPTION_COOKIE;
        } else if (option[2] & 0x80) {
            return false;
        }
        offset += 4 + data;
    }
    return true;
}

static inline void endpoint_header_write(uint8_t *at, uint32_t vni) {
    put32(at, PROTOCOL_IPV4);
    put32(at + 4, vni << 8);
}

static inline void target_header_write(uint8_t *at, uint64_t endpoint, uint32_t cookie) {
    put32(at, 8u << 24 | PROTOCOL_IPV4);
    put32(at + 4, 0);
    put32(at + 8, OPTION_CLASS << 16 | OPTION_ENDPOINT << 8 | 2);
    put64(at + 12, endpoint);
    put32(at + 20, OPTION_CLASS << 16 | OPTION_ATTACHMENT << 8 | 2);
    put64(at + 24, 0);
    put32(at + 32, OPTION_CLASS << 16 | OPTION_COOKIE << 8 | 1);
    put32(at + 36, cookie);
}

// Of an inner packet: its length by its own header, and its tuple in host order.
struct inner {
    uint32_t bytes;
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol;
};

static inline bool unicast(uint32_t address) {
    return address >> 24 != 0 && address >> 28 != 0xe && address >> 16 != 0xa9fe && address != 0xffffffffu;
}

// Checks an inner packet, whole TCP or UDP over IPv4; false when it is to be dropped.
static inline bool inner_parse(struct inner *out, const uint8_t *at, uint32_t present) {
    if (present < IPV4_HEADER_BYTES_MIN || at[0] >> 4 != 4) return false;
    uint32_t header = 4u * (at[0] & 0x0f);
    out->bytes = get16(at + 2);
    out->protocol = at[9];
    if (header < IPV4_HEADER_BYTES_MIN || out->bytes < header || out->bytes > present) return false;
    if (out->bytes > INNER_BYTES_MAX || (get16(at + 6) & 0x3fff) != 0) return false;
    out->source = get32(at + 12);
    out->destination = get32(at + 16);
    if (!unicast(out->destination)) return false;
    const uint8_t *transport = at + header;
    uint32_t left = out->bytes - header;
    if (out->protocol == 6) {
        uint32_t tcp = left < 20 ? 0 : 4u * (transport[12] >> 4);
        if (tcp < 20 || tcp > left) return false;
    } else if (out->protocol != 17 || left < 8 || get16(transport + 4) < 8 || get16(transport + 4) > left) {
        return false;
    }
    out->source_port = get16(transport);
    out->destination_port = get16(transport + 2);
    return true;
}

#endif
