// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
#include "observed.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 512, SUB_BITS = 6 };

static uint64_t run_time_ns(const char *path) {
    unsigned long ns = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0; // the thread has ended
    if (fscanf(file, "%lu", &ns) != 1) ns = 0;
    fclose(file);
    return ns;
}

static int softirq_thread(int core) {
    static int found;
    char wanted[32], path[64], name[32];
    if (found != 0) return found;
    snprintf(wanted, sizeof wanted, "ksoftirqd/%d", core);
    for (int pid = 2; pid < 1000; pid++) { // made at boot
        snprintf(path, sizeof path, "/proc/%d/comm", pid);
        FILE *file = fopen(path, "r");
        if (file == NULL) continue;
        if (fscanf(file, "%31s", name) == 1 && strcmp(name, wanted) == 0) found = pid;
        fclose(file);
        if (found != 0) return found;
    }
    return found = -1;
}

// Everything but idle and waiting for disks is busy; what the host took away is neither.
static void core_read(int core, struct cpu *cpu) {
    char line[256], wanted[16];
    uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
    snprintf(wanted, sizeof wanted, "cpu%d ", core);
    FILE *file = fopen("/proc/stat", "r");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long user, nice, system, idle, wait, irq, softirq, steal;
        if (strncmp(line, wanted, strlen(wanted)) != 0 ||
            sscanf(line, "%*s %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal) != 8)
            continue;
        cpu->core_ns = (user + nice + system + irq + softirq) * tick_ns;
        cpu->steal_ns = steal * tick_ns;
        cpu->process_ns = (irq + softirq) * tick_ns; // until it is known whether there is one
    }
    fclose(file);
}

// Of all its threads, those that have ended too.
static uint64_t process_ns(int pid) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        fprintf(stderr, "load: process %d has no CPU time to be read; it may have ended\n", pid);
        exit(1);
    }
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

struct cpu cpu_read(int pid, int core) {
    static struct { int id; uint64_t ns; } before[THREADS_MAX], after[THREADS_MAX];
    static int before_count;
    struct cpu cpu = {0};
    char path[300];
    int count = 0;
    core_read(core, &cpu);
    if (pid == 0) return cpu;
    cpu.process_ns = process_ns(pid);
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.' || count == THREADS_MAX) continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
        uint64_t ns = run_time_ns(path), delta = ns;
        int id = atoi(task->d_name);
        for (int i = 0; i < before_count; i++)
            if (before[i].id == id) delta = ns - before[i].ns;
        if (delta > cpu.busiest_ns) cpu.busiest_ns = delta;
        after[count].id = id;
        after[count++].ns = ns;
    }
    if (tasks != NULL) closedir(tasks);
    memcpy(before, after, sizeof before);
    before_count = count;
    snprintf(path, sizeof path, "/proc/%d/schedstat", softirq_thread(core));
    cpu.softirq_ns = run_time_ns(path);
    return cpu;
}

uint64_t socket_drops(uint32_t address) {
    char line[256];
    uint64_t drops = 0;
    FILE *file = fopen("/proc/net/udp", "r");
    if (file == NULL) return 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned local;
        char *last = strrchr(line, ' ');
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, " %*d: %x:%*x", &local) != 1 || local != address) continue;
        for (char *end = line + strlen(line) - 1; end > line && *end == ' '; end--) *end = 0;
        last = strrchr(line, ' ');
        if (last != NULL) drops += strtoull(last + 1, NULL, 10);
    }
    fclose(file);
    return drops;
}

static uint32_t bucket_of(uint64_t ns) {
    if (ns < 1u << SUB_BITS) return (uint32_t)ns;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(ns) - SUB_BITS;
    return ((shift + 1) << SUB_BITS) + (uint32_t)(ns >> shift) - (1u << SUB_BITS);
}

static uint64_t bucket_end(uint32_t bucket) {
    if (bucket < 1u << SUB_BITS) return bucket;
    uint32_t shift = (bucket >> SUB_BITS) - 1;
    return (((uint64_t)(bucket & ((1u << SUB_BITS) - 1)) + (1u << SUB_BITS) + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t ns) {
    histogram->buckets[bucket_of(ns)]++;
    histogram->count++;
    if (ns > histogram->max_ns) histogram->max_ns = ns;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)(share * (double)histogram->count + 0.5), seen = 0;
    for (uint32_t i = 0; i < sizeof histogram->buckets / sizeof histogram->buckets[0]; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted && seen != 0) return bucket_end(i) < histogram->max_ns ? bucket_end(i) : histogram->max_ns;
    }
    return histogram->max_ns;
}
