// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "appliances.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGET_PORT = 6081, RETURN_PORTS_MAX = 16, MESSAGES_MAX = 128 };

// Sends as the port that the node had sent from, to the node's port 6081.
struct return_socket {
    struct sockaddr_in node;
    int fd;
    uint32_t count;
    struct mmsghdr messages[MESSAGES_MAX];
    struct iovec parts[MESSAGES_MAX];
    struct segment_control control[MESSAGES_MAX];
};

struct target {
    struct sockaddr_in address;
    int fd;
    uint32_t return_count;
    struct return_socket *returns[RETURN_PORTS_MAX];
};

struct appliances {
    bool aggregates;
    uint32_t count;
    struct target targets[TARGETS_MAX];
};

struct appliances *appliances_open(const char *first_address, uint32_t count, bool aggregates) {
    struct appliances *appliances = calloc(1, sizeof *appliances);
    if (appliances == NULL || count > TARGETS_MAX) give_up("targets");
    appliances->aggregates = aggregates;
    appliances->count = count;
    struct sockaddr_in address = address_of(first_address, TARGET_PORT);
    for (uint32_t i = 0; i < count; i++) {
        appliances->targets[i].address = address;
        appliances->targets[i].fd = udp_socket(address);
        address.sin_addr.s_addr = htonl(ntohl(address.sin_addr.s_addr) + 1);
    }
    return appliances;
}

uint32_t appliances_count(const struct appliances *appliances) { return appliances->count; }
int appliances_socket(const struct appliances *appliances, uint32_t target) { return appliances->targets[target].fd; }

static struct return_socket *return_socket(struct target *target, const struct sockaddr_in *node) {
    for (uint32_t i = 0; i < target->return_count; i++) {
        struct return_socket *socket = target->returns[i];
        if (socket->node.sin_port == node->sin_port && socket->node.sin_addr.s_addr == node->sin_addr.s_addr) return socket;
    }
    struct return_socket *made = calloc(1, sizeof *made);
    if (made == NULL || target->return_count == RETURN_PORTS_MAX) give_up("more source ports than expected");
    struct sockaddr_in own = target->address, peer = *node;
    own.sin_port = node->sin_port;
    peer.sin_port = htons(TARGET_PORT);
    made->node = *node;
    made->fd = udp_socket(own);
    udp_connect(made->fd, peer);
    target->returns[target->return_count++] = made;
    return made;
}

static void flush(struct return_socket *socket) {
    // what the kernel refuses is lost, and counted as such by who waits for it
    udp_send(socket->fd, socket->messages, socket->count);
    socket->count = 0;
}

static void add(struct return_socket *socket, uint8_t *at, uint32_t bytes, uint32_t segment_bytes) {
    if (socket->count == MESSAGES_MAX) flush(socket);
    uint32_t i = socket->count++;
    socket->parts[i] = (struct iovec){at, bytes};
    socket->messages[i].msg_hdr = (struct msghdr){.msg_iov = &socket->parts[i], .msg_iovlen = 1};
    if (segment_bytes < bytes) udp_segmented(&socket->messages[i].msg_hdr, &socket->control[i], (uint16_t)segment_bytes);
}

void appliances_return(struct appliances *appliances, uint32_t index, const struct received *received) {
    struct target *target = &appliances->targets[index];
    for (uint32_t i = 0; i < received->count; i++) {
        struct return_socket *socket = return_socket(target, &received->from[i]);
        uint32_t segment = received->segment_bytes[i];
        if (appliances->aggregates) {
            add(socket, received->at[i], received->bytes[i], segment);
            continue;
        }
        for (uint32_t at = 0; at < received->bytes[i]; at += segment) {
            uint32_t left = received->bytes[i] - at;
            uint32_t bytes = left < segment ? left : segment;
            add(socket, received->at[i] + at, bytes, bytes);
        }
    }
    for (uint32_t i = 0; i < target->return_count; i++)
        if (target->returns[i]->count != 0) flush(target->returns[i]);
}

static void give_back(struct target *target, const struct received *received, const struct sockaddr_in *to) {
    struct mmsghdr messages[RECEIVE_BATCH];
    struct iovec parts[RECEIVE_BATCH];
    for (uint32_t i = 0; i < received->count; i++) {
        parts[i] = (struct iovec){received->at[i], received->bytes[i]};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = (void *)(uintptr_t)&to[i], .msg_namelen = sizeof to[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    udp_send(target->fd, messages, received->count);
}

void appliances_return_plainly(struct appliances *appliances, uint32_t index, const struct received *received) {
    struct sockaddr_in to[RECEIVE_BATCH];
    for (uint32_t i = 0; i < received->count; i++) {
        to[i] = received->from[i];
        to[i].sin_port = htons(TARGET_PORT);
    }
    give_back(&appliances->targets[index], received, to);
}

void appliances_answer(struct appliances *appliances, uint32_t index, const struct received *received) {
    give_back(&appliances->targets[index], received, received->from);
}
