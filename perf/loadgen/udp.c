// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "udp.h"
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 16 << 20 };

static int no_checksum;

void give_up(const char *what) {
    perror(what);
    exit(1);
}

struct sockaddr_in address_of(const char *host, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        fprintf(stderr, "'%s' is no IPv4 address\n", host);
        exit(2);
    }
    return address;
}

static void size_buffer(int fd, int forced, int plain) {
    int bytes = BUFFER_BYTES;
    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0 &&
        setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof bytes) != 0)
        give_up("socket buffer");
}

void socket_buffers(int fd) {
    size_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    size_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
}

void udp_omit_checksums(void) { no_checksum = 1; }

int udp_socket(struct sockaddr_in address) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0) give_up("socket");
    socket_buffers(fd);
    if (setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0) give_up("UDP_GRO");
    if (setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &no_checksum, sizeof no_checksum) != 0) give_up("SO_NO_CHECK");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) give_up(inet_ntoa(address.sin_addr));
    return fd;
}

void udp_connect(int fd, struct sockaddr_in peer) {
    if (connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0) give_up(inet_ntoa(peer.sin_addr));
}

static uint32_t segment_of(struct msghdr *header, uint32_t bytes) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            if (size > 0) return (uint32_t)size;
        }
    }
    return bytes;
}

const struct received *udp_receive(int fd) {
    static struct received received;
    static struct mmsghdr headers[RECEIVE_BATCH];
    static struct iovec parts[RECEIVE_BATCH];
    static _Alignas(8) uint8_t control[RECEIVE_BATCH][CMSG_SPACE(sizeof(int))];
    // a call often gets one: only what the last one has used is made ready again
    for (uint32_t i = received.at[0] == NULL ? RECEIVE_BATCH : received.count; i-- > 0;) {
        if (received.at[i] == NULL && (received.at[i] = malloc(RECEIVE_SLOT_BYTES)) == NULL) give_up("memory");
        parts[i] = (struct iovec){received.at[i], RECEIVE_SLOT_BYTES};
        headers[i].msg_hdr = (struct msghdr){.msg_name = &received.from[i],
                                             .msg_namelen = sizeof received.from[i],
                                             .msg_iov = &parts[i],
                                             .msg_iovlen = 1,
                                             .msg_control = control[i],
                                             .msg_controllen = sizeof control[i]};
    }
    int got = recvmmsg(fd, headers, RECEIVE_BATCH, MSG_DONTWAIT, NULL);
    received.count = got > 0 ? (uint32_t)got : 0;
    for (uint32_t i = 0; i < received.count; i++) {
        received.bytes[i] = headers[i].msg_len;
        received.segment_bytes[i] = segment_of(&headers[i].msg_hdr, headers[i].msg_len);
    }
    return &received;
}

uint32_t udp_send(int fd, struct mmsghdr *messages, uint32_t count) {
    uint32_t refused = 0;
    for (uint32_t done = 0; done < count;) {
        int taken = sendmmsg(fd, messages + done, count - done, MSG_DONTWAIT);
        if (taken > 0) {
            done += (uint32_t)taken;
        } else {
            refused++;
            done++;
        }
    }
    return refused;
}

void udp_segmented(struct msghdr *header, struct segment_control *control, uint16_t size) {
    struct cmsghdr *segment = (struct cmsghdr *)control->bytes;
    *segment = (struct cmsghdr){.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof size)};
    memcpy(CMSG_DATA(segment), &size, sizeof size);
    header->msg_control = control->bytes;
    header->msg_controllen = sizeof control->bytes;
}
