// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "sending.h"
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sending *sending_open(int fd, bool offload) {
    struct sending *sending = calloc(1, sizeof *sending);
    if (sending == NULL) {
        perror("sending");
        exit(1);
    }
    sending->fd = fd;
    sending->offload = offload;
    for (int i = 0; i < MESSAGES_MAX; i++) {
        struct message *message = &sending->messages[i];
        sending->headers[i].msg_hdr = (struct msghdr){
            .msg_name = &message->to, .msg_namelen = sizeof message->to, .msg_iov = message->parts};
        struct cmsghdr *control = (struct cmsghdr *)message->control;
        control->cmsg_level = IPPROTO_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    }
    return sending;
}

static void append(struct message *message, const void *part_a, uint32_t part_a_bytes, const void *part_b,
                   uint32_t part_b_bytes) {
    message->parts[message->part_count++] = (struct iovec){(void *)(uintptr_t)part_a, part_a_bytes};
    if (part_b_bytes != 0)
        message->parts[message->part_count++] = (struct iovec){(void *)(uintptr_t)part_b, part_b_bytes};
    message->segments++;
    message->bytes += part_a_bytes + part_b_bytes;
}

void sending_give(struct sending *sending, const struct sockaddr_in *to, int16_t *open, const void *part_a,
                  uint32_t part_a_bytes, const void *part_b, uint32_t part_b_bytes) {
    uint32_t bytes = part_a_bytes + part_b_bytes;
    if (*open != NONE_OPEN) {
        struct message *message = &sending->messages[*open];
        if (bytes <= message->segment_bytes && message->bytes + bytes <= AGGREGATE_BYTES_MAX) {
            append(message, part_a, part_a_bytes, part_b, part_b_bytes);
            if (bytes < message->segment_bytes || message->segments == SEGMENTS_MAX) *open = NONE_OPEN;
            return;
        }
        *open = NONE_OPEN;
    }
    if (sending->count == MESSAGES_MAX) sending_flush(sending);
    struct message *message = &sending->messages[sending->count];
    message->to = *to;
    message->part_count = message->segments = message->bytes = 0;
    message->segment_bytes = bytes;
    message->open_at = open;
    append(message, part_a, part_a_bytes, part_b, part_b_bytes);
    if (sending->offload) *open = (int16_t)sending->count;
    sending->count++;
}

void sending_flush(struct sending *sending) {
    for (uint32_t i = 0; i < sending->count; i++) {
        struct message *message = &sending->messages[i];
        struct msghdr *header = &sending->headers[i].msg_hdr;
        *message->open_at = NONE_OPEN;
        header->msg_iovlen = message->part_count;
        header->msg_control = NULL;
        header->msg_controllen = 0;
        if (message->segments > 1) {
            uint16_t size = (uint16_t)message->segment_bytes;
            memcpy(CMSG_DATA((struct cmsghdr *)message->control), &size, sizeof size);
            header->msg_control = message->control;
            header->msg_controllen = sizeof message->control;
        }
    }
    for (uint32_t done = 0; done < sending->count;) {
        int taken = sendmmsg(sending->fd, sending->headers + done, sending->count - done, MSG_DONTWAIT);
        if (taken < 0) {
            sending->dropped += sending->messages[done].segments;
            done++; // this one is lost, the next may be taken
        } else {
            for (int i = 0; i < taken; i++) sending->sent += sending->messages[done + (uint32_t)i].segments;
            done += (uint32_t)taken;
        }
    }
    sending->count = 0;
}
