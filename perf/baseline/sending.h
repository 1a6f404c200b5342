// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// What one socket is to send at the end of a batch. With offload, datagrams of one destination and one size share a
// message that the kernel takes apart (UDP_SEGMENT); a smaller one joins and closes it, a larger one begins another, so
// datagrams of one destination leave in the order they were given.
//
// Nothing is copied: what is given must stay as it is until the flush.
#ifndef SLUICE_SENDING_H
#define SLUICE_SENDING_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { MESSAGES_MAX = 128, SEGMENTS_MAX = 64, AGGREGATE_BYTES_MAX = 65507, NONE_OPEN = -1 };

struct message {
    struct iovec parts[2 * SEGMENTS_MAX];
    struct sockaddr_in to;
    uint32_t part_count, segments, segment_bytes, bytes;
    int16_t *open_at; // where the destination keeps which of the messages is open for it
    _Alignas(8) uint8_t control[CMSG_SPACE(sizeof(uint16_t))];
};

struct sending {
    int fd;
    bool offload;
    uint32_t count;
    struct mmsghdr headers[MESSAGES_MAX];
    struct message messages[MESSAGES_MAX];
    uint64_t sent, dropped; // datagrams
};

struct sending *sending_open(int fd, bool offload);

// Gives one datagram of one or two parts (part_b_bytes 0). `open` belongs to the destination at this socket and is
// NONE_OPEN at first.
void sending_give(struct sending *sending, const struct sockaddr_in *to, int16_t *open, const void *part_a,
                  uint32_t part_a_bytes, const void *part_b, uint32_t part_b_bytes);

// Sends all that was given. What the kernel does not take at once is dropped and counted.
void sending_flush(struct sending *sending);

#endif
