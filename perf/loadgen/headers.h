// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// What lies before the inner packet on each leg: GENEVE as endpoints and targets speak it (RFC 8926, W-1 …), the packet bare
// or in an Ethernet frame, or for a router an Ethernet header alone.
#ifndef SLUICE_HEADERS_H
#define SLUICE_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

enum { HEADER_BYTES_MAX = 64, MAC_BYTES = 6, ENDPOINTS_MAX = 1024, VNI_STEP = 1000 };

// Bits that are not in the mask are the endpoint's (its VNI or id, at endpoint_at) or the flow's (its cookie, at cookie_at);
// where a header has none, endpoint_bytes is 0, or cookie_at is `bytes`.
struct header {
    uint8_t at[HEADER_BYTES_MAX], mask[HEADER_BYTES_MAX];
    uint32_t bytes, cookie_at, endpoint_at, endpoint_bytes;
};

struct headers {
    struct header sent, at_target, back;
};

// Options as the gateway writes them (endpoint, attachment 0, cookie) towards targets, none towards endpoints. Endpoint i has
// the VNI first_vni + i * VNI_STEP, and the digits of its id, in hexadecimal, are those of the VNI.
void headers_geneve(struct headers *headers, uint32_t first_vni, uint32_t endpoints, bool ethernet);

// Of frames between two stations and a router: `sent` from the endpoint's, at_target as the router made it, `back` as well.
void headers_ethernet(struct headers *headers, const uint8_t *endpoint, const uint8_t *router_to_endpoint,
                      const uint8_t *target, const uint8_t *router_to_target);

// Makes a header an endpoint's.
void header_endpoint_write(const struct header *header, uint8_t *at, uint32_t endpoint);

// Whether it is the endpoint's.
bool header_endpoint_is(const struct header *header, const uint8_t *at, uint32_t endpoint);

// Whether `at`, with an inner packet behind it, begins so, endpoint and cookie apart.
bool header_is(const struct header *header, const uint8_t *at);

// The cookie as it lies there, 0 where there is none.
uint32_t header_cookie(const struct header *header, const uint8_t *at);

#endif
