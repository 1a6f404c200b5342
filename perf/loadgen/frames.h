// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// The two ends of a router as packet sockets: inner packets as they are, each in an Ethernet frame. What udp.h receives and
// sends it receives and sends there too.
#ifndef SLUICE_FRAMES_H
#define SLUICE_FRAMES_H

#include "headers.h"
#include "udp.h"

// One end: a device, its station's address and the router's there. The station's is not the device's own, so the kernel
// takes the frames for a stranger's and leaves them to the packet socket.
struct frames_end {
    const char *device;
    uint8_t station[MAC_BYTES], router[MAC_BYTES];
};

// Reads DEVICE,STATION,ROUTER; false when it is not that. The text is taken apart.
bool frames_end_parse(struct frames_end *end, char *text);

int frames_socket(const char *device);

// Answers what came to a target's end as a host does: ends exchanged, back to the router.
void frames_answer(int fd, const struct frames_end *end, const struct received *received);

#endif
