// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "headers.h"
#include <arpa/inet.h>
#include <string.h>

enum { COOKIE_BYTES = 4, TYPE_IPV4 = 0x0800, TYPE_ETHERNET = 0x6558 };

static void add16(struct header *header, uint32_t value) {
    header->at[header->bytes++] = (uint8_t)(value >> 8);
    header->at[header->bytes++] = (uint8_t)value;
}

static void add32(struct header *header, uint32_t value) {
    value = htonl(value);
    memcpy(header->at + header->bytes, &value, sizeof value);
    header->bytes += sizeof value;
}

static void add_ethernet(struct header *header, const uint8_t *destination, const uint8_t *source) {
    memcpy(header->at + header->bytes, destination, MAC_BYTES);
    memcpy(header->at + header->bytes + MAC_BYTES, source, MAC_BYTES);
    header->bytes += 2 * MAC_BYTES;
    add16(header, TYPE_IPV4);
}

void headers_geneve(struct headers *headers, uint32_t vni, uint64_t endpoint_id, bool ethernet) {
    static const uint8_t station[MAC_BYTES] = {2, 0, 0, 0, 4, 1}, other[MAC_BYTES] = {2, 0, 0, 0, 4, 2};
    uint32_t type = ethernet ? TYPE_ETHERNET : TYPE_IPV4;
    struct header *sent = &headers->sent, *at_target = &headers->at_target;
    memset(headers, 0, sizeof *headers);
    add32(sent, type);
    add32(sent, vni << 8);
    add32(at_target, 8u << 24 | type);
    add32(at_target, 0);
    add32(at_target, 0x01080102); // the options of class 0x0108
    add32(at_target, (uint32_t)(endpoint_id >> 32));
    add32(at_target, (uint32_t)endpoint_id);
    add32(at_target, 0x01080202);
    add32(at_target, 0);
    add32(at_target, 0);
    add32(at_target, 0x01080301);
    at_target->cookie_at = at_target->bytes;
    add32(at_target, 0);
    if (ethernet) {
        add_ethernet(sent, other, station);
        add_ethernet(at_target, other, station);
    }
    sent->cookie_at = sent->bytes;
    headers->back = *sent;
}

void headers_ethernet(struct headers *headers, const uint8_t *endpoint, const uint8_t *router_to_endpoint,
                      const uint8_t *target, const uint8_t *router_to_target) {
    memset(headers, 0, sizeof *headers);
    add_ethernet(&headers->sent, router_to_endpoint, endpoint);
    add_ethernet(&headers->at_target, target, router_to_target);
    add_ethernet(&headers->back, endpoint, router_to_endpoint);
    headers->sent.cookie_at = headers->at_target.cookie_at = headers->back.cookie_at = headers->sent.bytes;
}

bool header_is(const struct header *header, const uint8_t *at) {
    uint32_t after = header->cookie_at + COOKIE_BYTES;
    return memcmp(at, header->at, header->cookie_at) == 0 &&
           (after >= header->bytes || memcmp(at + after, header->at + after, header->bytes - after) == 0);
}

uint32_t header_cookie(const struct header *header, const uint8_t *at) {
    uint32_t cookie = 0;
    if (header->cookie_at < header->bytes) memcpy(&cookie, at + header->cookie_at, sizeof cookie);
    return cookie;
}
