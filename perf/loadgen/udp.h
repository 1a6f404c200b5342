// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Sockets and receive batches of the generator's side. Its sockets take aggregates whole (UDP_GRO): segmentation then
// costs neither side anything, as with a network card that does it.
#ifndef SLUICE_UDP_H
#define SLUICE_UDP_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

enum { RECEIVE_BATCH = 32, RECEIVE_SLOT_BYTES = 65536 };

struct received {
    uint32_t count;
    uint8_t *at[RECEIVE_BATCH];
    uint32_t bytes[RECEIVE_BATCH];
    uint32_t segment_bytes[RECEIVE_BATCH]; // of each datagram but the last, which may be shorter
    struct sockaddr_in from[RECEIVE_BATCH];
};

static inline uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void give_up(const char *what) __attribute__((noreturn));
struct sockaddr_in address_of(const char *host, uint16_t port);
void socket_buffers(int fd); // 16 MiB each way, or as much as is allowed
void udp_omit_checksums(void); // by sockets made from now on: they send 0 in its place, which means none
int udp_socket(struct sockaddr_in address);
void udp_connect(int fd, struct sockaddr_in peer);

// What lies ready at a socket, at most one batch. It stays until the next call, whatever the socket.
const struct received *udp_receive(int fd);

// Sends messages in order; returns how many of them the kernel refused.
uint32_t udp_send(int fd, struct mmsghdr *messages, uint32_t count);

// Room for the control message that makes one message several datagrams.
struct segment_control {
    _Alignas(8) uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))];
};

// Has `header` sent as datagrams of `size` bytes, in memory that lives until then.
void udp_segmented(struct msghdr *header, struct segment_control *control, uint16_t size);

#endif
