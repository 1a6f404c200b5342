// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// The gateway's packet half as a C program: what recvmmsg and sendmmsg, or GRO and GSO with them, can do on one core.
//
//   forwarder --ingress ADDRESS[:6080] --appliances ADDRESS[:6081] --flows N [--gso] [--gro]
//             --group VNI,ENDPOINT_ID_HEX,ATTACHMENT[:6080],FIRST_TARGET,TARGETS …
//
// A group is an endpoint and its targets, addresses in a row that listen to port 6081. Header work per packet as the
// gateway's: GENEVE and the inner packet are checked, the endpoint found by VNI and its attachment compared, the flow
// found or made (rendezvous hashing over the targets, one cookie for both directions), counted and refreshed, the header
// rewritten in place with the three options, and sent from the flow's source port; returns are taken apart option by
// option, the flow, its cookie and its target compared, and the header exchanged for the endpoint's.
//
// Not done, the gateway does it: IPv6, fragments, ICMP errors, TCP states, health, records of flows outside the process.
#include "flows.h"
#include "sending.h"
#include "sockets.h"
#include "wire.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 128,         // datagrams a receive call
    BATCH_AGGREGATES = 8, // the same where each may be an aggregate of 64 KiB
    SLOT_BYTES = 9216,
    SLOT_BYTES_AGGREGATE = 65536,
    HEADROOM_BYTES = 64, // room for the longer header towards targets
    PORT_SLOTS = 4,
    SOURCE_PORT_FIRST = 49152,
    GROUPS_MAX = 512,
    GROUP_SLOTS = 2048, // of the two indexes, a power of two
    SETS_MAX = 16,
    TARGETS_MAX = 512,
    WORK_MAX = BATCH_AGGREGATES * SEGMENTS_MAX,
};

struct target {
    struct sockaddr_in address;
    int16_t open[PORT_SLOTS];
};

struct target_set {
    uint32_t target_count;
    struct target targets[TARGETS_MAX];
};

struct group {
    uint32_t vni;
    uint64_t endpoint_id;
    struct sockaddr_in attachment;
    int16_t open;
    struct target_set *set;
};

// One datagram between the two passes over a batch: the first checks it and asks for its flow's cache line.
struct work {
    struct group *group;
    const uint8_t *packet;
    uint32_t bytes, cookie, outer_source;
    int from_lower;
    struct key key;
    uint64_t hash;
};

struct side {
    int fd;
    uint32_t batch;
    uint8_t *slots[BATCH];
    struct mmsghdr headers[BATCH];
    struct iovec parts[BATCH];
    struct sockaddr_in from[BATCH];
    _Alignas(8) uint8_t control[BATCH][CMSG_SPACE(sizeof(int))];
};

enum drop { DROP_GENEVE, DROP_INNER, DROP_ENDPOINT, DROP_ATTACHMENT, DROP_OPTIONS, DROP_FLOW, DROP_COOKIE, DROP_TARGET,
            DROP_TABLE_FULL, DROPS };

static const char *const DROP_NAMES[DROPS] = {"geneve", "inner",  "endpoint", "attachment", "options",
                                              "flow",   "cookie", "target",   "table_full"};

static struct flows flows;
static struct group groups[GROUPS_MAX];
static struct group *by_vni[GROUP_SLOTS], *by_endpoint[GROUP_SLOTS];
static struct target_set sets[SETS_MAX];
static uint32_t group_count, set_count;
static struct sending *to_endpoints;
static struct sending *to_targets[PORT_SLOTS];
static struct work works[WORK_MAX];
static uint8_t headers[WORK_MAX][TARGET_HEADER_BYTES];
static uint64_t drops[DROPS], received[2];
static bool gro, gso;
static volatile sig_atomic_t stopped;

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t group_slot(uint64_t id) { return (uint32_t)(id * 0x9e3779b97f4a7c15u >> 53) % GROUP_SLOTS; }

static struct group *group_of_vni(uint32_t vni) {
    uint32_t at = group_slot(vni);
    while (by_vni[at] != NULL && by_vni[at]->vni != vni) at = (at + 1) % GROUP_SLOTS;
    return by_vni[at];
}

static struct group *group_of_endpoint(uint64_t id) {
    uint32_t at = group_slot(id);
    while (by_endpoint[at] != NULL && by_endpoint[at]->endpoint_id != id) at = (at + 1) % GROUP_SLOTS;
    return by_endpoint[at];
}

static bool dropped(enum drop reason) {
    drops[reason]++;
    return false;
}

// Asks for the flow's cache line, unless the packet before in the batch is of the same flow.
static void look_ahead(struct work *work) {
    if (work != works && key_same(&work[-1].key, &work->key)) {
        work->hash = work[-1].hash;
        return;
    }
    work->hash = key_hash(&flows, &work->key);
    flows_prefetch(&flows, work->hash);
}

static bool check_forward(struct work *work, const uint8_t *at, uint32_t bytes, uint32_t source) {
    struct geneve geneve;
    struct inner inner;
    if (!geneve_parse(&geneve, at, bytes)) return dropped(DROP_GENEVE);
    struct group *group = group_of_vni(geneve.vni);
    if (group == NULL) return dropped(DROP_ENDPOINT);
    if (group->attachment.sin_addr.s_addr != source) return dropped(DROP_ATTACHMENT);
    if (!inner_parse(&inner, geneve.inner, geneve.inner_bytes)) return dropped(DROP_INNER);
    work->group = group;
    work->packet = geneve.inner;
    work->bytes = inner.bytes;
    work->from_lower = key_of(&work->key, group->vni, &inner);
    look_ahead(work);
    return true;
}

static bool check_return(struct work *work, const uint8_t *at, uint32_t bytes, uint32_t source) {
    struct geneve geneve;
    struct inner inner;
    if (!geneve_parse(&geneve, at, bytes)) return dropped(DROP_GENEVE);
    if (geneve.options != OPTIONS_ALL) return dropped(DROP_OPTIONS);
    struct group *group = group_of_endpoint(geneve.endpoint);
    if (group == NULL) return dropped(DROP_ENDPOINT);
    if (!inner_parse(&inner, geneve.inner, geneve.inner_bytes)) return dropped(DROP_INNER);
    work->group = group;
    work->packet = geneve.inner;
    work->bytes = inner.bytes;
    work->cookie = geneve.cookie;
    work->outer_source = source;
    work->from_lower = key_of(&work->key, group->vni, &inner);
    look_ahead(work);
    return true;
}

static struct flow *flow_made(const struct work *work, uint64_t now) {
    struct flow *flow = flows_insert(&flows, &work->key, work->hash, now);
    if (flow == NULL) return NULL;
    uint64_t best = 0;
    for (uint32_t i = 0; i < work->group->set->target_count; i++) {
        uint64_t score = mix(work->hash ^ 0xd6e8feb86659fd93u, (i + 1) * 0x9e3779b97f4a7c15u);
        if (i == 0 || score > best) {
            best = score;
            flow->target = (uint16_t)i;
        }
    }
    flow->cookie = (uint32_t)mix(work->hash + now, flows.seed ^ 0xa0761d6478bd642fu);
    flow->port_slot = (uint8_t)((work->hash >> 40) % PORT_SLOTS);
    flow->lower_began = (uint8_t)work->from_lower;
    return flow;
}

static void count(struct flow *flow, const struct work *work, uint64_t now) {
    int side = work->from_lower ? 0 : 1;
    flow->packets[side]++;
    flow->bytes[side] += work->bytes;
    flow->last_seen_ns = now;
}

static void forward(const struct work *work, uint8_t *spare_header, uint64_t now) {
    struct flow *flow = flows_find(&flows, &work->key, work->hash, now);
    if (flow == NULL) flow = flow_made(work, now);
    if (flow == NULL) {
        drops[DROP_TABLE_FULL]++;
        return;
    }
    count(flow, work, now);
    struct target *target = &work->group->set->targets[flow->target];
    struct sending *sending = to_targets[flow->port_slot];
    int16_t *open = &target->open[flow->port_slot];
    if (gro) { // before the inner packet lies the one before it
        target_header_write(spare_header, work->group->endpoint_id, flow->cookie);
        sending_give(sending, &target->address, open, spare_header, TARGET_HEADER_BYTES, work->packet, work->bytes);
    } else {
        uint8_t *header = (uint8_t *)(uintptr_t)work->packet - TARGET_HEADER_BYTES;
        target_header_write(header, work->group->endpoint_id, flow->cookie);
        sending_give(sending, &target->address, open, header, TARGET_HEADER_BYTES + work->bytes, NULL, 0);
    }
}

static void give_back(const struct work *work, uint64_t now) {
    struct flow *flow = flows_find(&flows, &work->key, work->hash, now);
    if (flow == NULL) {
        drops[DROP_FLOW]++;
    } else if (flow->cookie != work->cookie) {
        drops[DROP_COOKIE]++;
    } else if (work->group->set->targets[flow->target].address.sin_addr.s_addr != work->outer_source) {
        drops[DROP_TARGET]++;
    } else {
        flow->last_seen_ns = now;
        uint8_t *header = (uint8_t *)(uintptr_t)work->packet - GENEVE_HEADER_BYTES; // over the last option
        endpoint_header_write(header, work->group->vni);
        sending_give(to_endpoints, &work->group->attachment, &work->group->open, header,
                     GENEVE_HEADER_BYTES + work->bytes, NULL, 0);
    }
}

// Receives one batch and sends what it becomes; returns how many messages there were.
static uint32_t turn(struct side *side, bool returns) {
    for (uint32_t i = 0; i < side->batch; i++) {
        side->headers[i].msg_hdr.msg_namelen = sizeof side->from[i];
        side->headers[i].msg_hdr.msg_controllen = gro ? sizeof side->control[i] : 0;
    }
    int got = recvmmsg(side->fd, side->headers, side->batch, MSG_DONTWAIT, NULL);
    if (got <= 0) return 0;
    uint64_t now = now_ns();
    uint32_t count = 0;
    for (int i = 0; i < got; i++) {
        uint32_t left = side->headers[i].msg_len;
        uint32_t size = gro ? segment_bytes(&side->headers[i].msg_hdr, left) : left;
        uint32_t source = side->from[i].sin_addr.s_addr;
        const uint8_t *at = side->parts[i].iov_base;
        for (uint32_t bytes; left > 0; left -= bytes, at += bytes) {
            bytes = left < size ? left : size;
            received[returns]++;
            if (count < WORK_MAX &&
                (returns ? check_return(&works[count], at, bytes, source) : check_forward(&works[count], at, bytes, source)))
                count++;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (returns) give_back(&works[i], now);
        else forward(&works[i], headers[i], now);
    }
    if (returns) {
        sending_flush(to_endpoints);
    } else {
        for (int i = 0; i < PORT_SLOTS; i++)
            if (to_targets[i]->count != 0) sending_flush(to_targets[i]);
    }
    return (uint32_t)got;
}

static void side_open(struct side *side, struct sockaddr_in address) {
    uint32_t slot = gro ? SLOT_BYTES_AGGREGATE : SLOT_BYTES;
    side->fd = socket_bound(address, gro);
    side->batch = gro ? BATCH_AGGREGATES : BATCH;
    for (uint32_t i = 0; i < side->batch; i++) {
        side->slots[i] = malloc(HEADROOM_BYTES + slot);
        if (side->slots[i] == NULL) exit(1);
        side->parts[i] = (struct iovec){side->slots[i] + HEADROOM_BYTES, slot};
        side->headers[i].msg_hdr = (struct msghdr){.msg_name = &side->from[i], .msg_iov = &side->parts[i], .msg_iovlen = 1};
        if (gro) side->headers[i].msg_hdr.msg_control = side->control[i];
    }
}

// The targets of a group; groups of the same first address and number share them.
static struct target_set *target_set(struct sockaddr_in first, uint32_t count) {
    for (uint32_t i = 0; i < set_count; i++)
        if (sets[i].target_count == count && sets[i].targets[0].address.sin_addr.s_addr == first.sin_addr.s_addr)
            return &sets[i];
    if (set_count == SETS_MAX) {
        fprintf(stderr, "more than %d sets of targets\n", SETS_MAX);
        exit(2);
    }
    struct target_set *set = &sets[set_count++];
    set->target_count = count;
    for (uint32_t i = 0; i < count; i++) {
        set->targets[i].address = first;
        for (int slot = 0; slot < PORT_SLOTS; slot++) set->targets[i].open[slot] = NONE_OPEN;
        first.sin_addr.s_addr = htonl(ntohl(first.sin_addr.s_addr) + 1);
    }
    return set;
}

static void group_parse(char *text) {
    struct group *group = &groups[group_count];
    char *vni = strtok(text, ","), *id = strtok(NULL, ","), *attachment = strtok(NULL, ",");
    char *first = strtok(NULL, ","), *targets = strtok(NULL, ",");
    if (group_count == GROUPS_MAX || targets == NULL || atoi(targets) < 1 || atoi(targets) > TARGETS_MAX) {
        fprintf(stderr, "--group wants VNI,ID,ATTACHMENT,FIRST_TARGET,TARGETS (1-%d)\n", TARGETS_MAX);
        exit(2);
    }
    group->vni = (uint32_t)strtoul(vni, NULL, 10);
    group->endpoint_id = strtoull(id, NULL, 16);
    group->attachment = address_parse(attachment, 6080);
    group->open = NONE_OPEN;
    group->set = target_set(address_parse(first, 6081), (uint32_t)atoi(targets));
    uint32_t at;
    for (at = group_slot(group->vni); by_vni[at] != NULL;) at = (at + 1) % GROUP_SLOTS;
    by_vni[at] = group;
    for (at = group_slot(group->endpoint_id); by_endpoint[at] != NULL;) at = (at + 1) % GROUP_SLOTS;
    by_endpoint[at] = group;
    group_count++;
}

static void run(struct side *endpoints, struct side *appliances) {
    struct side *sides[2] = {endpoints, appliances};
    bool ready[2] = {false, false};
    int poll = epoll_create1(EPOLL_CLOEXEC);
    for (uint32_t i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, sides[i]->fd, &event);
    }
    while (!stopped) {
        if (!ready[0] && !ready[1]) {
            struct epoll_event events[2];
            int count = epoll_wait(poll, events, 2, -1);
            for (int i = 0; i < count; i++) ready[events[i].data.u32] = true;
        }
        for (int i = 0; i < 2; i++)
            if (ready[i]) ready[i] = turn(sides[i], i == 1) == sides[i]->batch;
    }
}

static void report(void) {
    uint64_t sent = to_endpoints->sent, refused = to_endpoints->dropped;
    for (int i = 0; i < PORT_SLOTS; i++) {
        sent += to_targets[i]->sent;
        refused += to_targets[i]->dropped;
    }
    printf("from endpoints %lu, from targets %lu, sent %lu, refused by the kernel %lu, flows %lu", received[0], received[1],
           sent, refused, flows.count);
    for (int i = 0; i < DROPS; i++)
        if (drops[i] != 0) printf(", dropped for %s %lu", DROP_NAMES[i], drops[i]);
    printf("\n");
}

int main(int argc, char **argv) {
    const char *ingress = NULL, *appliances = NULL;
    uint64_t capacity = 1000000;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--gso") == 0) gso = true;
        else if (strcmp(argv[i], "--gro") == 0) gro = true;
        else if (value != NULL && strcmp(argv[i], "--ingress") == 0) ingress = argv[++i];
        else if (value != NULL && strcmp(argv[i], "--appliances") == 0) appliances = argv[++i];
        else if (value != NULL && strcmp(argv[i], "--flows") == 0) capacity = strtoull(argv[++i], NULL, 10);
        else if (value != NULL && strcmp(argv[i], "--group") == 0) group_parse(argv[++i]);
        else ingress = NULL, i = argc;
    }
    if (ingress == NULL || appliances == NULL || group_count == 0) {
        fprintf(stderr, "usage: forwarder --ingress A[:P] --appliances A[:P] [--flows N] [--gso] [--gro] --group … …\n");
        return 2;
    }
    flows_open(&flows, capacity);
    struct sockaddr_in node = address_parse(appliances, 6081);
    static struct side endpoint_side, appliance_side;
    side_open(&endpoint_side, address_parse(ingress, 6080));
    side_open(&appliance_side, node);
    to_endpoints = sending_open(endpoint_side.fd, gso);
    for (int i = 0; i < PORT_SLOTS; i++) {
        node.sin_port = htons((uint16_t)(SOURCE_PORT_FIRST + i));
        to_targets[i] = sending_open(socket_bound(node, false), gso);
    }
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    printf("ready\n");
    fflush(stdout);
    run(&endpoint_side, &appliance_side);
    report();
    return 0;
}
