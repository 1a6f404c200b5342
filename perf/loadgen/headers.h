// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// What lies before the inner packet on each leg: GENEVE as endpoints and targets speak it (RFC 8926, W-1 …), the packet bare
// or in an Ethernet frame, or for a router an Ethernet header alone.
#ifndef SLUICE_HEADERS_H
#define SLUICE_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

enum { HEADER_BYTES_MAX = 64, MAC_BYTES = 6 };

// Four bytes at cookie_at are each flow's own; where a header has none, cookie_at is `bytes`.
struct header {
    uint8_t at[HEADER_BYTES_MAX];
    uint32_t bytes, cookie_at;
};

struct headers {
    struct header sent, at_target, back;
};

// Options as the gateway writes them (endpoint, attachment 0, cookie) towards targets, none towards endpoints.
void headers_geneve(struct headers *headers, uint32_t vni, uint64_t endpoint_id, bool ethernet);

// Of frames between two stations and a router: `sent` from the endpoint's, at_target as the router made it, `back` as well.
void headers_ethernet(struct headers *headers, const uint8_t *endpoint, const uint8_t *router_to_endpoint,
                      const uint8_t *target, const uint8_t *router_to_target);

// Whether `at`, of at least header->bytes, begins so, the cookie apart.
bool header_is(const struct header *header, const uint8_t *at);

// The cookie as it lies there, 0 where there is none.
uint32_t header_cookie(const struct header *header, const uint8_t *at);

#endif
