// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "frames.h"
#include "traffic.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static bool mac_parse(uint8_t *mac, const char *text) {
    return text != NULL && sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                                  &mac[5]) == MAC_BYTES;
}

bool frames_end_parse(struct frames_end *end, char *text) {
    end->device = strtok(text, ",");
    return end->device != NULL && mac_parse(end->station, strtok(NULL, ",")) && mac_parse(end->router, strtok(NULL, ","));
}

int frames_socket(const char *device) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP), .sll_ifindex = (int)if_nametoindex(device)};
    if (address.sll_ifindex == 0) give_up(device);
    // no protocol until it is bound: nothing of other devices gets in before
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) give_up("packet socket");
    socket_buffers(fd);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) give_up(device);
    return fd;
}

void frames_answer(int fd, const struct frames_end *end, const struct received *received) {
    struct mmsghdr messages[RECEIVE_BATCH];
    struct iovec parts[RECEIVE_BATCH];
    uint32_t count = 0;
    for (uint32_t i = 0; i < received->count; i++) {
        uint8_t *frame = received->at[i];
        if (received->bytes[i] < sizeof(struct ether_header) + SIZE_BYTES_MIN) continue; // judged already
        memcpy(frame, end->router, MAC_BYTES);
        memcpy(frame + MAC_BYTES, end->station, MAC_BYTES);
        traffic_answer(frame + sizeof(struct ether_header));
        parts[count] = (struct iovec){frame, received->bytes[i]};
        messages[count].msg_hdr = (struct msghdr){.msg_iov = &parts[count], .msg_iovlen = 1};
        count++;
    }
    udp_send(fd, messages, count);
}
