// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// The targets: they listen to UDP 6081 on addresses in a row. With returns each gives a packet back as an appliance that
// lets it pass does: the same bytes, addresses swapped, ports kept (W-3, W-18).
#ifndef SLUICE_APPLIANCES_H
#define SLUICE_APPLIANCES_H

#include "udp.h"
#include <stdbool.h>
#include <stdint.h>

enum { TARGETS_MAX = 512 };

struct appliances;

// `aggregates`: what was received as one goes back as one; else every datagram goes back by itself.
struct appliances *appliances_open(const char *first_address, uint32_t count, bool aggregates);

uint32_t appliances_count(const struct appliances *appliances);
int appliances_socket(const struct appliances *appliances, uint32_t target);

// Gives back what target `target` received. Borrowed for the call.
void appliances_return(struct appliances *appliances, uint32_t target, const struct received *received);

// Gives back what target `target` received from its own port 6081, to that port of the sender: for a forwarder with a source
// port for every flow, which needs none of them back. Borrowed for the call.
void appliances_return_plainly(struct appliances *appliances, uint32_t target, const struct received *received);

// Answers whoever sent, as any UDP server does. Borrowed for the call.
void appliances_answer(struct appliances *appliances, uint32_t target, const struct received *received);

#endif
