// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Sends every datagram back to where it came from, and does nothing else: what receiving and sending cost by themselves.
//
//   reflector --ingress ADDRESS[:6080] [--offload]
//
// With --offload an aggregate is received whole and sent whole.
#include "sockets.h"
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 64, SLOT_BYTES = 9216, SLOT_BYTES_AGGREGATE = 65536 };

int main(int argc, char **argv) {
    const char *ingress = NULL;
    bool offload = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--offload") == 0) offload = true;
        else if (strcmp(argv[i], "--ingress") == 0 && i + 1 < argc) ingress = argv[++i];
    }
    if (ingress == NULL) {
        fprintf(stderr, "usage: reflector --ingress A[:P] [--offload]\n");
        return 2;
    }
    int fd = socket_bound(address_parse(ingress, 6080), offload);
    uint32_t slot = offload ? SLOT_BYTES_AGGREGATE : SLOT_BYTES;
    static struct mmsghdr headers[BATCH];
    static struct iovec parts[BATCH];
    static struct sockaddr_in from[BATCH];
    static _Alignas(8) uint8_t control[BATCH][CMSG_SPACE(sizeof(int))];
    for (int i = 0; i < BATCH; i++) {
        parts[i].iov_base = malloc(slot);
        if (parts[i].iov_base == NULL) return 1;
    }
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            parts[i].iov_len = slot;
            headers[i].msg_hdr = (struct msghdr){
                .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1};
            if (offload) {
                headers[i].msg_hdr.msg_control = control[i];
                headers[i].msg_hdr.msg_controllen = sizeof control[i];
            }
        }
        int got = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < got; i++) {
            struct msghdr *header = &headers[i].msg_hdr;
            uint32_t bytes = headers[i].msg_len;
            uint16_t size = offload ? (uint16_t)segment_bytes(header, bytes) : (uint16_t)bytes;
            parts[i].iov_len = bytes;
            header->msg_controllen = 0;
            if (size < bytes) {
                struct cmsghdr *segment = (struct cmsghdr *)control[i];
                *segment = (struct cmsghdr){.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT,
                                            .cmsg_len = CMSG_LEN(sizeof size)};
                memcpy(CMSG_DATA(segment), &size, sizeof size);
                header->msg_controllen = CMSG_SPACE(sizeof size);
            }
        }
        for (int done = 0; done < got;) {
            int taken = sendmmsg(fd, headers + done, (unsigned)(got - done), MSG_DONTWAIT);
            done += taken > 0 ? taken : 1;
        }
    }
}
