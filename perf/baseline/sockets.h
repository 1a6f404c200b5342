// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// UDP sockets of the baselines, with the buffer sizes that the gateway asks for too.
#ifndef SLUICE_SOCKETS_H
#define SLUICE_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { RECEIVE_BUFFER_BYTES = 8 << 20, SEND_BUFFER_BYTES = 4 << 20 };

// Reads "address" or "address:port" (the port stays as it is without one); ends the program when it is neither.
struct sockaddr_in address_parse(const char *text, uint16_t port);

// A bound socket; ends the program when it cannot be had. `gro`: aggregates are received whole.
int socket_bound(struct sockaddr_in address, bool gro);

// Of a received aggregate the bytes of each datagram, else `bytes`.
uint32_t segment_bytes(struct msghdr *message, uint32_t bytes);

#endif
