// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "headers.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_IPV4 = 0x0800, TYPE_ETHERNET = 0x6558, VNI_BYTES = 4, ID_BYTES = 8, COOKIE_BYTES = 4 };

static struct { uint8_t vni[VNI_BYTES], id[ID_BYTES]; } endpoints[ENDPOINTS_MAX];

static void put32(uint8_t *at, uint32_t value) {
    value = htonl(value);
    memcpy(at, &value, sizeof value);
}

static void add(struct header *header, const uint8_t *from, uint32_t bytes) {
    memcpy(header->at + header->bytes, from, bytes);
    memset(header->mask + header->bytes, 0xff, bytes);
    header->bytes += bytes;
}

static void add32(struct header *header, uint32_t value) {
    uint8_t text[sizeof value];
    put32(text, value);
    add(header, text, sizeof text);
}

static void add_ethernet(struct header *header, const uint8_t *destination, const uint8_t *source) {
    static const uint8_t type[] = {TYPE_IPV4 >> 8, TYPE_IPV4 & 0xff};
    add(header, destination, MAC_BYTES);
    add(header, source, MAC_BYTES);
    add(header, type, sizeof type);
}

// Leaves room for what is the endpoint's.
static void add_endpoint(struct header *header, uint32_t bytes) {
    header->endpoint_at = header->bytes;
    header->endpoint_bytes = bytes;
    header->bytes += bytes;
}

static void add_cookie(struct header *header) {
    header->cookie_at = header->bytes;
    header->bytes += COOKIE_BYTES;
}

void headers_geneve(struct headers *headers, uint32_t first_vni, uint32_t count, bool ethernet) {
    static const uint8_t station[MAC_BYTES] = {2, 0, 0, 0, 4, 1}, other[MAC_BYTES] = {2, 0, 0, 0, 4, 2};
    uint32_t type = ethernet ? TYPE_ETHERNET : TYPE_IPV4;
    struct header *sent = &headers->sent, *at_target = &headers->at_target;
    for (uint32_t i = 0; i < count; i++) {
        char digits[16];
        uint32_t vni = first_vni + i * VNI_STEP;
        snprintf(digits, sizeof digits, "%u", vni);
        put32(endpoints[i].vni, vni << 8);
        put32(endpoints[i].id, 0);
        put32(endpoints[i].id + 4, (uint32_t)strtoul(digits, NULL, 16));
    }
    memset(headers, 0, sizeof *headers);
    add32(sent, type);
    add_endpoint(sent, VNI_BYTES);
    add32(at_target, 8u << 24 | type);
    add32(at_target, 0);
    add32(at_target, 0x01080102); // the options of class 0x0108
    add_endpoint(at_target, ID_BYTES);
    add32(at_target, 0x01080202);
    add32(at_target, 0);
    add32(at_target, 0);
    add32(at_target, 0x01080301);
    add_cookie(at_target);
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

static const uint8_t *endpoint_of(const struct header *header, uint32_t endpoint) {
    return header->endpoint_bytes == ID_BYTES ? endpoints[endpoint].id : endpoints[endpoint].vni;
}

void header_endpoint_write(const struct header *header, uint8_t *at, uint32_t endpoint) {
    memcpy(at + header->endpoint_at, endpoint_of(header, endpoint), header->endpoint_bytes);
}

bool header_endpoint_is(const struct header *header, const uint8_t *at, uint32_t endpoint) {
    return memcmp(at + header->endpoint_at, endpoint_of(header, endpoint), header->endpoint_bytes) == 0;
}

bool header_is(const struct header *header, const uint8_t *at) {
    uint64_t differ = 0;
    for (uint32_t i = 0; i < header->bytes; i += sizeof differ) { // the last word may reach into the inner packet: masked
        uint64_t there, wanted, mask;
        memcpy(&there, at + i, sizeof there);
        memcpy(&wanted, header->at + i, sizeof wanted);
        memcpy(&mask, header->mask + i, sizeof mask);
        differ |= (there ^ wanted) & mask;
    }
    return differ == 0;
}

uint32_t header_cookie(const struct header *header, const uint8_t *at) {
    uint32_t cookie = 0;
    if (header->cookie_at < header->bytes) memcpy(&cookie, at + header->cookie_at, sizeof cookie);
    return cookie;
}
