// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
//
// What is read of others: CPU time of the forwarder, datagrams that sockets had no room for; and a histogram of times.
#ifndef SLUICE_OBSERVED_H
#define SLUICE_OBSERVED_H

#include <stdint.h>

// CPU time, ns: of all threads of a process, ended ones too, of its busiest thread since the sample before, of the kernel's own thread
// that takes over received packets on the forwarder's core, of whatever ran on that core, and what the host took of it for
// other machines (steal; both in steps of 10 ms). The first three contain nothing of what was stolen.
struct cpu {
    uint64_t process_ns, busiest_ns, softirq_ns, core_ns, steal_ns;
};

// Reads the CPU time a process has used; busiest_ns is since the call before. `core` is the forwarder's. No process (pid 0):
// what the core did in interrupts and what they left to be done (in steps of 10 ms) is the forwarder's.
struct cpu cpu_read(int pid, int core);

// Datagrams dropped so far for want of room, at the UDP sockets bound to the address (network order), in this namespace.
uint64_t socket_drops(uint32_t address);

// Times with 1.6 % resolution, 1 ns to 18 minutes.
struct histogram {
    uint64_t count, max_ns;
    uint64_t buckets[64 * 64];
};

void histogram_add(struct histogram *histogram, uint64_t ns);

// The time that a share of all (0 to 1) does not exceed, ns.
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
