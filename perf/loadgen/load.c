// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// Measures one forwarder under one workload: generator, appliances and sink, in one thread that never sleeps, so that
// the forwarder has a core for itself. Prints one JSON object.
//
//   load --gateway ADDRESS --endpoint ADDRESS --vni N [--endpoints N] --targets FIRST_ADDRESS --target-count N
//        --path one-way|returns|echo|proxy|switch --size BYTES|imix|mixed --flows N --burst N --pid PID --core N
//        [--checksum yes|no] [--new-from N] [--window N] [--warm-ms N] [--closed-ms N] [--search-steps N] [--search-ms N]
//        [--latency-ms N] [--at-rate N]
//   load --path routed --endpoint DEVICE,STATION,ROUTER --targets DEVICE,STATION,ROUTER --pid 0 …
//
// A packet is done when it came to a target (one-way), or back to the endpoint (returns; echo is the same for a
// reflector, which has no targets; proxy: each flow has a client socket of its own, and a target answers whoever sent, for
// a proxy that knows of outer addresses only). A burst above 1 is sent as one aggregate of that many packets of one flow
// (UDP_SEGMENT), and then appliances return aggregates too.
//
// checksum no: endpoint and targets send none in the outer header, as a Linux endpoint and AWS's handler do (not in aggregates).
//
// switch: returns, for a switch with GENEVE: the inner packets lie in Ethernet frames, as it takes nothing else, the cookie
// is the same for all, and its source ports are too many to have a socket for each: targets return from their own. routed: no
// GENEVE at all, the inner packets are frames on two devices (with the addresses of station and router at each), and a
// target answers by exchanging the ends, so that they are routed back. Process 0: the forwarder's time is that of
// interrupts on its core.
//
// With --new-from every packet opens a flow: no flow has a second one, and flows are numbered from N on, so that runs have
// none in common. --flows then is how many there may be in all; each phase has a share of them and ends with it, or in time.
//
// Phases: flows are opened, each by one packet; warm-up; closed loop, at most `window` packets under way, which gives
// the rate at saturation and the forwarder's CPU time per packet; open loop at rates found by bisection, each for
// search-ms, the highest of which that lost nothing is the loss-free rate; open loop at half of it, with the time of
// every packet from when it was due. Lost nothing: at most 1 packet of 10,000, and no more under way at the end than 2
// ms of traffic (or 512 packets): a full buffer hides an overload. A generator that sent less than 99 of 100 packets that
// were due did not keep pace: its steps show no loss-free rate, and its times contain its own delay. With --at-rate there is no
// search, and the last phase has that rate.
#include "appliances.h"
#include "frames.h"
#include "observed.h"
#include "traffic.h"
#include "udp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum {
    GATEWAY_PORT = 6080,
    ENDPOINT_TAG = TARGETS_MAX,
    NO_TARGET = TARGETS_MAX,
    CLIENT_TAG = TARGETS_MAX + 1, // the first client's
    CLIENTS_MAX = 10000,
    NEW_FLOWS_MIN = 10000,
    READY_MAX = 256,
    SEND_BATCH = 64,
    OPENING_WINDOW = 128,
    OPENING_MS_MAX = 600000,
    STALL_NS = 100000000, // nothing came for so long: what is under way is lost
    SETTLE_NS = 500000000, // no packet is waited for longer
    BACKLOG_MIN = 512,
    BACKLOG_NS = 2000000,
};

enum path { PATH_ONE_WAY, PATH_RETURNS, PATH_ECHO, PATH_PROXY, PATH_SWITCH, PATH_ROUTED };

struct settings {
    const char *gateway, *endpoint, *targets;
    enum path path;
    bool new_flows; // each packet opens one
    uint32_t vni, target_count, burst, window;
    int pid, core;
    bool no_checksum;
    uint64_t warm_ms, closed_ms, search_steps, search_ms, latency_ms, at_rate;
};

// Of one phase. The rates are those of the time of sending; loss is known after all has settled.
struct outcome {
    uint64_t sent, done, done_in_time, lost, backlog, span_ns;
    struct cpu cpu;
    uint64_t drops_forwarder, drops_sink;
    double rate; // done a second while sending
};

static struct settings settings;
static struct traffic traffic;
static struct verdict verdict;
static struct appliances *appliances;
static struct histogram *histogram; // NULL where times are not taken
static struct histogram sent_late; // of the same packets: how long after they were due they were sent
static int endpoint_fd, poll_fd;
static int target_fd; // with PATH_ROUTED, in the place of the appliances
static struct frames_end endpoint_end, target_end;
static int clients[CLIENTS_MAX]; // with PATH_PROXY, in the place of the endpoint
static struct sockaddr_in gateway, endpoint;
static uint64_t sent, done, refused, last_arrival_ns;

// Of packets that are done; `target` is NO_TARGET where they came to the endpoint.
static void judge(const struct received *received, uint32_t target, uint64_t now) {
    for (uint32_t i = 0; i < received->count; i++) {
        struct arrival arrival = {target, received->from[i].sin_port};
        for (uint32_t at = 0; at < received->bytes[i]; at += received->segment_bytes[i]) {
            uint32_t left = received->bytes[i] - at;
            uint64_t due;
            if (traffic_judge(&traffic, &verdict, received->at[i] + at,
                              left < received->segment_bytes[i] ? left : received->segment_bytes[i],
                              target == NO_TARGET ? NULL : &arrival, &due)) {
                done++;
                if (histogram != NULL) histogram_add(histogram, now > due ? now - due : 0);
            }
        }
    }
    last_arrival_ns = now;
}

// Of packets that came to a target and are going back.
static void judge_passing(const struct received *received, uint32_t target) {
    for (uint32_t i = 0; i < received->count; i++) {
        struct arrival arrival = {target, received->from[i].sin_port};
        for (uint32_t at = 0; at < received->bytes[i]; at += received->segment_bytes[i]) {
            uint32_t left = received->bytes[i] - at;
            traffic_passes(&traffic, &verdict, received->at[i] + at,
                           left < received->segment_bytes[i] ? left : received->segment_bytes[i], &arrival);
        }
    }
}

static int socket_of(uint32_t tag) {
    if (tag >= CLIENT_TAG) return clients[tag - CLIENT_TAG];
    if (tag == ENDPOINT_TAG) return endpoint_fd;
    return settings.path == PATH_ROUTED ? target_fd : appliances_socket(appliances, tag);
}

// Takes what lies ready at each socket, at most a batch of each.
static void drain(void) {
    struct epoll_event events[READY_MAX];
    int ready = epoll_wait(poll_fd, events, READY_MAX, 0);
    for (int i = 0; i < ready; i++) {
        uint32_t tag = events[i].data.u32;
        const struct received *received = udp_receive(socket_of(tag));
        if (received->count == 0) continue;
        if (tag >= ENDPOINT_TAG) {
            judge(received, NO_TARGET, now_ns());
        } else if (settings.path == PATH_ONE_WAY) {
            judge(received, tag, now_ns());
        } else if (settings.path == PATH_PROXY) { // which gives a target neither our header nor a cookie
            appliances_answer(appliances, tag, received);
        } else {
            judge_passing(received, tag);
            if (settings.path == PATH_ROUTED) frames_answer(target_fd, &target_end, received);
            else if (settings.path == PATH_SWITCH) appliances_return_plainly(appliances, tag, received);
            else appliances_return(appliances, tag, received);
        }
    }
}

static uint32_t next_flow(void) {
    uint32_t flow = traffic.next_flow;
    traffic.next_flow = flow + 1 == traffic.flows ? 0 : flow + 1;
    return flow;
}

// Sends `count` packets, a multiple of the burst. Packet i was due at first_ns + i * gap_ns; those of a burst together.
static void send_packets(uint32_t count, uint64_t first_ns, double gap_ns) {
    static struct mmsghdr messages[SLOTS];
    static struct iovec parts[SLOTS];
    static struct segment_control control[SLOTS];
    uint32_t burst = settings.burst, message = 0, header = traffic.headers.sent.bytes;
    for (uint32_t slot = 0; slot < count; slot += burst, message++) {
        uint32_t flow = next_flow(), size = traffic_size(&traffic);
        uint64_t due = first_ns + (uint64_t)((double)(slot + burst - 1) * gap_ns);
        for (uint32_t i = slot; i < slot + burst; i++)
            parts[i] = (struct iovec){traffic_write(&traffic, i, flow, size, due), header + size};
        messages[message].msg_hdr = (struct msghdr){.msg_iov = &parts[slot], .msg_iovlen = burst};
        if (settings.path == PATH_SWITCH) {
            messages[message].msg_hdr.msg_name = &gateway;
            messages[message].msg_hdr.msg_namelen = sizeof gateway;
        }
        if (burst > 1) udp_segmented(&messages[message].msg_hdr, &control[message], (uint16_t)(header + size));
        if (settings.path == PATH_PROXY) refused += udp_send(clients[flow], &messages[message], 1);
    }
    if (settings.path != PATH_PROXY) refused += udp_send(endpoint_fd, messages, message) * burst;
    sent += count;
}

// The kernel's list takes quadratic time: with a socket for each flow it is not read. Packet sockets are not in it.
static uint64_t drops_at(uint32_t address) {
    return settings.path == PATH_PROXY || settings.path == PATH_ROUTED ? 0 : socket_drops(address);
}

static void begin(struct outcome *outcome) {
    traffic.phase++;
    sent = done = 0;
    last_arrival_ns = now_ns();
    outcome->drops_forwarder = drops_at(gateway.sin_addr.s_addr);
    outcome->drops_sink = drops_at(endpoint.sin_addr.s_addr);
    outcome->cpu = cpu_read(settings.pid, settings.core);
}

// Ends the time that counts, then waits for what is under way.
static void end(struct outcome *outcome, uint64_t begun_ns) {
    uint64_t ended = now_ns();
    struct cpu cpu = cpu_read(settings.pid, settings.core);
    outcome->cpu.process_ns = cpu.process_ns - outcome->cpu.process_ns;
    outcome->cpu.softirq_ns = cpu.softirq_ns - outcome->cpu.softirq_ns;
    outcome->cpu.core_ns = cpu.core_ns - outcome->cpu.core_ns;
    outcome->cpu.steal_ns = cpu.steal_ns - outcome->cpu.steal_ns;
    outcome->cpu.busiest_ns = cpu.busiest_ns;
    outcome->span_ns = ended - begun_ns;
    outcome->done_in_time = done;
    outcome->backlog = sent - done;
    outcome->rate = (double)done * 1e9 / (double)outcome->span_ns;
    while (done < sent && now_ns() - last_arrival_ns < STALL_NS && now_ns() - ended < SETTLE_NS) drain();
    outcome->sent = sent;
    outcome->done = done;
    outcome->lost = done < sent ? sent - done : 0;
    outcome->drops_forwarder = drops_at(gateway.sin_addr.s_addr) - outcome->drops_forwarder;
    outcome->drops_sink = drops_at(endpoint.sin_addr.s_addr) - outcome->drops_sink;
}

// Packets that a phase may send, where each opens a flow; else no matter how many.
static uint64_t share(double of_all) {
    return settings.new_flows ? (uint64_t)(of_all * traffic.flows) - SLOTS : UINT64_MAX; // a batch may pass the limit
}

// At most `window` packets under way, for span_ms or until so many were sent.
static struct outcome closed_loop(uint32_t window, uint64_t span_ms, uint64_t packets_max) {
    struct outcome outcome = {0};
    uint64_t given_up = 0;
    uint32_t batch = window / 4 < SEND_BATCH ? window / 4 : SEND_BATCH;
    batch = batch < settings.burst ? settings.burst : batch / settings.burst * settings.burst;
    begin(&outcome);
    uint64_t begun = now_ns();
    while (sent < packets_max && now_ns() - begun < span_ms * 1000000u) {
        uint64_t gone = done + given_up;
        uint64_t under_way = sent > gone ? sent - gone : 0;
        if (under_way + batch <= window) send_packets(batch, now_ns(), 0);
        else if (now_ns() - last_arrival_ns > STALL_NS) {
            given_up += under_way;
            last_arrival_ns = now_ns();
        }
        drain();
    }
    end(&outcome, begun);
    return outcome;
}

static struct outcome open_loop(double rate, uint64_t span_ms, uint64_t packets_max) {
    struct outcome outcome = {0};
    double gap_ns = 1e9 / rate;
    begin(&outcome);
    uint64_t begun = now_ns(), span_ns = span_ms * 1000000u;
    for (uint64_t passed; sent < packets_max && (passed = now_ns() - begun) < span_ns;) {
        uint64_t due = (uint64_t)((double)passed / gap_ns) - sent;
        if (due > SEND_BATCH && settings.burst < SEND_BATCH) due = SEND_BATCH;
        due = due / settings.burst * settings.burst;
        if (due > SLOTS) due = SLOTS / settings.burst * settings.burst;
        if (histogram != NULL)
            for (uint64_t i = sent; i < sent + due; i++)
                histogram_add(&sent_late, passed - (uint64_t)((double)i * gap_ns));
        if (due > 0) send_packets((uint32_t)due, begun + (uint64_t)((double)sent * gap_ns), gap_ns);
        drain();
    }
    end(&outcome, begun);
    return outcome;
}

static bool kept_pace(const struct outcome *outcome, double rate) {
    return (double)outcome->sent >= 0.99 * rate * (double)outcome->span_ns / 1e9 - 2.0 * SEND_BATCH;
}

static bool lossless(const struct outcome *outcome, double rate) {
    double backlog_max = rate * BACKLOG_NS / 1e9;
    return outcome->lost * 10000 <= outcome->sent &&
           (double)outcome->backlog <= (backlog_max < BACKLOG_MIN ? BACKLOG_MIN : backlog_max);
}

static void print_outcome(const char *name, const struct outcome *o) {
    printf("\"%s\": {\"sent\": %lu, \"done\": %lu, \"lost\": %lu, \"spanNs\": %lu, \"ratePerS\": %.0f, \"cpuNs\": %lu, "
           "\"busiestThreadNs\": %lu, \"softirqNs\": %lu, \"coreBusyNs\": %lu, \"coreStolenNs\": %lu, \"doneInTime\": %lu, "
           "\"dropsForwarder\": %lu, \"dropsSink\": %lu}",
           name, o->sent, o->done, o->lost, o->span_ns, o->rate, o->cpu.process_ns, o->cpu.busiest_ns, o->cpu.softirq_ns,
           o->cpu.core_ns, o->cpu.steal_ns, o->done_in_time, o->drops_forwarder, o->drops_sink);
}

// Bisects between three tenths and five quarters of the closed loop's rate; the printed rate is 0 when none was free of loss.
// *generator_bound: what ended the search above that rate was no loss, but a generator that did not keep pace, or the
// search's own end.
static double search(double around, bool *generator_bound) {
    double low = 0.3 * around, high = 1.25 * around, best = 0;
    struct outcome at_best = {0};
    for (uint64_t step = 0; step < settings.search_steps; step++) {
        double rate = (low + high) / 2;
        struct outcome outcome = open_loop(rate, settings.search_ms, share(0.48 / (double)settings.search_steps));
        bool paced = kept_pace(&outcome, rate);
        if (paced && lossless(&outcome, rate)) {
            low = best = rate;
            at_best = outcome;
        } else {
            high = rate;
            *generator_bound = lossless(&outcome, rate);
        }
    }
    print_outcome("lossFree", &at_best);
    return best;
}

// An open loop at a rate, with the time of every packet.
static void print_times(const char *name, double rate) {
    struct histogram times = {0};
    histogram = &times;
    struct outcome outcome = open_loop(rate, settings.latency_ms, share(0.15));
    histogram = NULL;
    printf(", ");
    print_outcome(name, &outcome);
    printf(", \"%sKeptPace\": %s", name, kept_pace(&outcome, rate) ? "true" : "false");
    printf(", \"latencyNs\": {\"p50\": %lu, \"p99\": %lu, \"p999\": %lu, \"max\": %lu}",
           histogram_quantile(&times, 0.5), histogram_quantile(&times, 0.99), histogram_quantile(&times, 0.999),
           times.max_ns);
    printf(", \"sentLateNs\": {\"p50\": %lu, \"p99\": %lu, \"max\": %lu}", histogram_quantile(&sent_late, 0.5),
           histogram_quantile(&sent_late, 0.99), sent_late.max_ns);
}

static void measure(void) {
    printf("{");
    if (!settings.new_flows) {
        uint32_t burst = settings.burst;
        settings.burst = 1;
        struct outcome opening = closed_loop(OPENING_WINDOW, OPENING_MS_MAX, traffic.flows);
        settings.burst = burst;
        print_outcome("opening", &opening);
        printf(", ");
    }
    closed_loop(settings.window, settings.warm_ms, share(settings.search_steps == 0 ? 0.7 : 0.1));
    struct outcome closed = closed_loop(settings.window, settings.closed_ms, share(0.25));
    print_outcome("closed", &closed);
    if (settings.search_steps != 0 && closed.rate > 0) {
        bool generator_bound = true; // until a step has lost something
        printf(", ");
        double rate = search(closed.rate, &generator_bound);
        printf(", \"lossFreeRatePerS\": %.0f, \"searchGeneratorBound\": %s", rate, generator_bound ? "true" : "false");
        if (rate > 0 && settings.latency_ms != 0) print_times("halfRate", rate / 2);
    } else if (settings.at_rate != 0) {
        print_times("atRate", (double)settings.at_rate);
    }
    printf(", \"checked\": {\"good\": %lu, \"sampled\": %lu, \"late\": %lu, \"wrongHeader\": %lu, \"wrongSize\": %lu, "
           "\"wrongBytes\": %lu, \"duplicated\": %lu, \"changed\": %lu, \"reordered\": %lu, \"refused\": %lu}, \"burst\": %u, \"window\": %u}\n",
           verdict.good, verdict.sampled, verdict.late, verdict.wrong_header, verdict.wrong_size, verdict.wrong_bytes,
           verdict.duplicated, verdict.changed, verdict.reordered, refused, settings.burst, settings.window);
}

static void watch(int fd, uint32_t tag) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll");
}

static void raise_file_limit(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) give_up("limit of open files");
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files); // where it is too low, the sockets say so
}

static void open_clients(void) {
    struct sockaddr_in any_port = endpoint;
    any_port.sin_port = 0;
    for (uint32_t i = 0; i < traffic.flows; i++) {
        clients[i] = udp_socket(any_port);
        udp_connect(clients[i], gateway);
        watch(clients[i], CLIENT_TAG + i);
    }
}

// A router's ends are devices: no addresses, no appliances.
static void open_routed(void) {
    headers_ethernet(&traffic.headers, endpoint_end.station, endpoint_end.router, target_end.station, target_end.router);
    traffic.routed = true;
    endpoint_fd = frames_socket(endpoint_end.device);
    target_fd = frames_socket(target_end.device);
    watch(endpoint_fd, ENDPOINT_TAG);
    watch(target_fd, 0);
}

static void open_endpoint(void) {
    headers_geneve(&traffic.headers, settings.vni, traffic.endpoints, settings.path == PATH_SWITCH);
    gateway = address_of(settings.gateway, GATEWAY_PORT);
    endpoint = address_of(settings.endpoint, GATEWAY_PORT);
    if (settings.path == PATH_PROXY) {
        open_clients();
    } else {
        endpoint_fd = udp_socket(endpoint);
        if (settings.path != PATH_SWITCH) udp_connect(endpoint_fd, gateway); // a switch's replies have any source port
        watch(endpoint_fd, ENDPOINT_TAG);
    }
}

static void open_appliances(void) {
    appliances = appliances_open(settings.targets, settings.target_count, settings.burst > 1);
    for (uint32_t i = 0; i < appliances_count(appliances); i++) watch(appliances_socket(appliances, i), i);
}

static void usage(const char *wrong) {
    fprintf(stderr, "load: %s is missing or wrong; the head of load.c says what there is\n", wrong);
    exit(2);
}

static void parse(int argc, char **argv) {
    const char *path = NULL, *size = NULL;
    settings = (struct settings){.pid = -1, .target_count = 1, .burst = 1, .window = 512, .core = 0, .warm_ms = 200, .closed_ms = 700,
                                 .search_steps = 6, .search_ms = 300, .latency_ms = 700};
    traffic = (struct traffic){.flows = 1, .endpoints = 1};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *key = argv[i], *value = argv[i + 1];
        uint64_t number = strtoull(value, NULL, 10);
        if (strcmp(key, "--gateway") == 0) settings.gateway = value;
        else if (strcmp(key, "--endpoint") == 0) settings.endpoint = value;
        else if (strcmp(key, "--targets") == 0) settings.targets = value;
        else if (strcmp(key, "--path") == 0) path = value;
        else if (strcmp(key, "--size") == 0) size = value;
        else if (strcmp(key, "--endpoints") == 0) traffic.endpoints = (uint32_t)number;
        else if (strcmp(key, "--new-from") == 0) settings.new_flows = true, traffic.first_flow = (uint32_t)number;
        else if (strcmp(key, "--vni") == 0) settings.vni = (uint32_t)number;
        else if (strcmp(key, "--flows") == 0) traffic.flows = (uint32_t)number;
        else if (strcmp(key, "--target-count") == 0) settings.target_count = (uint32_t)number;
        else if (strcmp(key, "--burst") == 0) settings.burst = (uint32_t)number;
        else if (strcmp(key, "--checksum") == 0) settings.no_checksum = strcmp(value, "no") == 0;
        else if (strcmp(key, "--window") == 0) settings.window = (uint32_t)number;
        else if (strcmp(key, "--pid") == 0) settings.pid = (int)number;
        else if (strcmp(key, "--core") == 0) settings.core = (int)number;
        else if (strcmp(key, "--warm-ms") == 0) settings.warm_ms = number;
        else if (strcmp(key, "--closed-ms") == 0) settings.closed_ms = number;
        else if (strcmp(key, "--search-steps") == 0) settings.search_steps = number;
        else if (strcmp(key, "--search-ms") == 0) settings.search_ms = number;
        else if (strcmp(key, "--latency-ms") == 0) settings.latency_ms = number;
        else if (strcmp(key, "--at-rate") == 0) settings.at_rate = number;
        else usage(key);
    }
    if (settings.endpoint == NULL || settings.pid < 0) usage("--endpoint or --pid");
    if (path != NULL && strcmp(path, "one-way") == 0) settings.path = PATH_ONE_WAY;
    else if (path != NULL && strcmp(path, "returns") == 0) settings.path = PATH_RETURNS;
    else if (path != NULL && strcmp(path, "echo") == 0) settings.path = PATH_ECHO;
    else if (path != NULL && strcmp(path, "proxy") == 0) settings.path = PATH_PROXY;
    else if (path != NULL && strcmp(path, "switch") == 0) settings.path = PATH_SWITCH;
    else if (path != NULL && strcmp(path, "routed") == 0) settings.path = PATH_ROUTED;
    else usage("--path");
    if (settings.path != PATH_ROUTED && settings.gateway == NULL) usage("--gateway");
    if (settings.path != PATH_ECHO && settings.targets == NULL) usage("--targets");
    if (settings.path == PATH_ROUTED && (!frames_end_parse(&endpoint_end, strdup(settings.endpoint)) ||
                                         !frames_end_parse(&target_end, strdup(settings.targets))))
        usage("--endpoint or --targets");
    if (size != NULL && strcmp(size, "imix") == 0) traffic.sizes = SIZES_IMIX;
    else if (size != NULL && strcmp(size, "mixed") == 0) traffic.sizes = SIZES_MIXED;
    else traffic.size_bytes = size == NULL ? 0 : (uint32_t)atoi(size);
    if (traffic.sizes == SIZES_FIXED && (traffic.size_bytes < SIZE_BYTES_MIN || traffic.size_bytes > SIZE_BYTES_MAX))
        usage("--size");
    if (traffic.flows < 1 || settings.burst < 1 || settings.burst > 64 || settings.window < 4 * settings.burst)
        usage("--flows, --burst or --window");
    if (traffic.endpoints < 1 || traffic.endpoints > ENDPOINTS_MAX) usage("--endpoints");
    if (settings.new_flows &&
        (settings.burst > 1 || traffic.flows < NEW_FLOWS_MIN || traffic.first_flow > FLOW_NUMBERS - traffic.flows))
        usage("--flows or --burst, with --new-from,");
    if (settings.path == PATH_PROXY && (traffic.flows > CLIENTS_MAX || settings.burst > 1))
        usage("--flows or --burst, with --path proxy,");
    if ((settings.path == PATH_SWITCH || settings.path == PATH_ROUTED) && settings.burst > 1)
        usage("--burst, with --path switch or routed,");
    if (settings.no_checksum && settings.burst > 1) usage("--burst, with --checksum no,");
}

int main(int argc, char **argv) {
    parse(argc, argv);
    if (settings.no_checksum) udp_omit_checksums();
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    raise_file_limit();
    if (settings.path == PATH_ROUTED) open_routed();
    else open_endpoint();
    if (settings.path != PATH_ECHO && settings.path != PATH_ROUTED) open_appliances();
    traffic_open(&traffic);
    measure();
    return 0;
}
