// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "sockets.h"
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

struct sockaddr_in address_parse(const char *text, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    char host[64];
    const char *colon = strchr(text, ':');
    size_t length = colon == NULL ? strlen(text) : (size_t)(colon - text);
    if (length < sizeof host) {
        memcpy(host, text, length);
        host[length] = 0;
        if (colon != NULL) address.sin_port = htons((uint16_t)atoi(colon + 1));
        if (inet_pton(AF_INET, host, &address.sin_addr) == 1 && address.sin_port != 0) return address;
    }
    fprintf(stderr, "'%s' is no address:port\n", text);
    exit(2);
}

static void size_buffer(int fd, int option, int bytes) {
    // up to the system's limit, as the gateway has it
    if (setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof bytes) != 0) give_up("socket buffer");
}

int socket_bound(struct sockaddr_in address, bool gro) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) give_up("socket");
    size_buffer(fd, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    size_buffer(fd, SO_SNDBUF, SEND_BUFFER_BYTES);
    int discover = IP_PMTUDISC_INTERFACE; // as the gateway: DF is clear (W-9), and nothing leaves in fragments
    if (setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, sizeof discover) != 0) give_up("IP_MTU_DISCOVER");
    int on = 1;
    if (gro && setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0) give_up("UDP_GRO");
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) give_up(inet_ntoa(address.sin_addr));
    return fd;
}

uint32_t segment_bytes(struct msghdr *message, uint32_t bytes) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            if (size > 0) return (uint32_t)size;
        }
    }
    return bytes;
}
