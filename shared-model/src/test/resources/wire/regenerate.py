#!/usr/bin/env python3
# Sluice: a gateway load balancer that runs anywhere.
# SPDX-License-Identifier: Apache-2.0
"""Writes <Message>.v1.hex and .v2.hex beside itself: a second implementation of the wire forms, in the standard library only.

The values are those of WireSamples.java. Released fixtures never change; this script shows where they came from.
Run: python3 shared-model/src/test/resources/wire/regenerate.py && git diff --exit-code shared-model
"""
import pathlib
import struct


def u8(n):
    return struct.pack(">B", n)


def i32(n):
    return struct.pack(">I", n & 0xFFFFFFFF)


def i64(n):
    return struct.pack(">Q", n & 0xFFFFFFFFFFFFFFFF)


def text(s):
    raw = s.encode()
    return struct.pack(">H", len(raw)) + raw


def seq(items):
    return i32(len(items)) + b"".join(items)


def ipv4(s):
    return bytes(int(part) for part in s.split("."))


def target(group, name, registration):
    return text(group) + text(name) + i64(registration)


def key(endpoint, lower, upper, ports, protocol, version, kind):
    traits = ports[0] << 48 | ports[1] << 32 | protocol << 24 | version << 20 | kind << 16
    return b"".join(i64(n) for n in (endpoint, *lower, *upper, traits))


ENDPOINT = 0x0A1B2C3D4E5F6071
TCP_KEY = key(ENDPOINT, (0, 0x0A000001), (0, 0x0A000002), (443, 51000), 6, 4, 1)
ESP_KEY = key(ENDPOINT, (0x20010DB800000000, 1), (0x20010DB800000000, 2), (0, 0), 50, 6, 2)
FIRST = target("firewalls", "10.1.0.11", 1)
SECOND = target("firewalls", "appliance-2", 0x0102030405060708)
T1, T2 = 1764000000000, 1764000123456
C1, C2 = 0x8102A3B4, 0x41FFFFFF
TARGETS = seq([FIRST, SECOND])


def tags(**pairs):
    return seq([text(name) + text(value) for name, value in sorted(pairs.items())])


def health_check(protocol, port, path, interval, timeout, healthy, unhealthy):
    return u8(protocol) + i32(port) + text(path) + i64(interval) + i64(timeout) + i32(healthy) + i32(unhealthy)


def model():
    zones = seq([text("az1"), text("az2")])
    firewalls = (
        text("firewalls")
        + health_check(2, 8080, "/zustand?prüfe=1", 15000, 2500, 3, 4)
        + u8(1)
        + u8(2) + i64(120000) + u8(1) + u8(0) + u8(3)
        + u8(1) + u8(1) + i64(250) + i32(7) + u8(1) + i64(400)
        + i64(30000) + u8(0)
        + seq([
            text("10.1.0.11") + ipv4("10.1.0.11") + i32(6081) + text("az1") + i32(1) + i64(1) + i64(0),
            text("appliance-2") + ipv4("203.0.113.200") + i32(16081) + text("az2") + i32(250)
            + i64(0x0102030405060708) + i64(T2),
        ])
        + tags(team="Netz", stück="")
    )
    spare = (
        text("spare") + health_check(1, 80, "/", 10000, 5000, 5, 2) + u8(2)
        + u8(1) + i64(300000) + u8(0) + u8(0) + u8(1)
        + u8(0) + u8(0) + i64(100) + i32(3) + u8(0) + i64(300)
        + i64(0) + u8(1) + seq([]) + tags()
    )
    balancer = (
        text("inspection") + zones + text("firewalls") + i64(350000) + u8(1)
        + u8(1) + u8(1) + u8(1) + u8(0) + u8(0) + u8(1) + i32(1380) + u8(1) + i32(1432)
        + tags(cost="42")
    )
    offer = (
        text("offer") + seq([text("inspection")]) + u8(0)
        + seq([text("arn:aws:iam::123456789012:role/ops"), text("210987654321")]) + u8(2) + text("000000000007")
        + tags(a="b")
    )
    unused = (
        text("spare") + seq([text("inspection")]) + u8(1) + seq([]) + u8(1) + text("000000000000") + tags()
    )
    endpoint = (
        i64(ENDPOINT) + i32(100) + text("az1") + u8(1) + text("offer")
        + seq([ipv4("10.0.0.5") + i32(6080), ipv4("10.0.0.6") + i32(40000)])
        + text("123456789012") + u8(2) + i32(5000) + u8(1) + u8(4) + tags(k="v")
    )
    direct = (
        i64(ENDPOINT + 1) + i32(101) + text("az2") + u8(2) + text("inspection") + seq([ipv4("10.0.0.7") + i32(6080)])
        + text("000000000000") + u8(1) + i32(0) + u8(2) + u8(3) + tags()
    )
    return zones + seq([firewalls, spare]) + seq([balancer]) + seq([offer, unused]) + seq([endpoint, direct])


def health(who, zone, state, reason, since):
    return who + text(zone) + u8(state) + u8(reason) + i64(since)


def longs(*values):
    return b"".join(i64(n) for n in values)


def ints(*values):
    return b"".join(i32(n) for n in values)


NODE = text("gw-1.example_A")
MESSAGES = {
    "FlowOpenBatch": NODE + i32(2) + TCP_KEY + ESP_KEY + bytes([2, 0]) + ints(C1, 0),
    "FlowOpenedBatch": TARGETS + i32(4) + ints(1, -4, 0, -5) + ints(C1, 0, C2, 0) + longs(T1, 0, T2, 0),
    "FlowAdoptBatch": NODE + TARGETS + i32(2) + TCP_KEY + ESP_KEY + ints(1, 0) + ints(C1, C2) + longs(T1, T2),
    "FlowCorrectedBatch": NODE + i32(2) + TCP_KEY + ESP_KEY + ints(C1, C2),
    "FlowClosedBatch": NODE + i32(2) + TCP_KEY + ESP_KEY + ints(C1, C2) + bytes([2, 5]),
    "FlowTouchedBatch": NODE + TARGETS + i32(2) + TCP_KEY + ESP_KEY + ints(1, 0) + ints(C1, C2) + longs(T1, T2)
    + longs(T2, T2 + 1),
    "TargetSelectBatch": i32(2) + longs(ENDPOINT, 5) + longs(-2, 0x7FFFFFFFFFFFFFFF) + bytes([0, 1]),
    "TargetSelectedBatch": TARGETS + i32(3) + ints(1, -2, 0),
    "TargetObserved": NODE + i64(T1) + seq([FIRST + longs(1, 2, 3, 4, 5), SECOND + longs(0, 0, 0, 0, 1 << 40)])
    + seq([FIRST + text("az1") + u8(1), SECOND + text("az2") + u8(4)]),
    "HealthChanged": NODE + i64(T1) + i64(77) + seq([
        health(FIRST, "az1", 2, 1, T1), health(SECOND, "az2", 3, 6, T2),
        health(FIRST, "az2", 1, 2, T2), health(SECOND, "az1", 5, 8, 0),
    ]),
    "ConfigChanged": i64(42) + NODE + seq([text("00112233"), text("44556677")]) + model(),
    "ConfigVote": i64(7) + NODE + u8(1) + i64(42) + NODE + seq([text("00112233")]) + model(),
    "ConfigVoted": NODE + u8(1) + i64(7) + NODE + i64(6) + text("gw-2") + u8(0),
    "LeaseKept": NODE + text("firewalls") + text("10.1.0.11") + i64(30_000),
    "NodeStatus": NODE + i64(T1) + seq([text("ingress"), text("flow-hashing")]) + i64(42),
    "FlowListRequest": i32(10000) + u8(1) + text("firewalls") + text("fw-1"),
    "FlowListReply": NODE + i64(1 << 33) + seq([
        TCP_KEY + u8(1) + FIRST + i32(C1) + u8(2) + u8(0) + longs(1000, 10, 3, 180, 2, 120),
        ESP_KEY + u8(0) + SECOND + i32(C2) + u8(4) + u8(1) + longs(0, 0, 0, 0, 1, 1400),
    ]),
    "FlowFindRequest": TCP_KEY,
    "FlowEventsWanted": NODE,
    "FlowEvents": NODE + i64(7) + seq([
        i64(T1) + text("gw-2") + u8(1) + u8(1) + TCP_KEY + FIRST + i32(C1),
        i64(T2) + NODE + u8(4) + u8(5) + ESP_KEY + SECOND + i32(C2),
    ]),
    "FlowRecord": TCP_KEY + SECOND + i32(C1) + longs(T1 // 8000, T1) + i32(3) + i64(T2) + NODE + u8(1) + u8(1),
    "LinkHello": NODE + i64(T1) + text("az1") + u8(2) + ipv4("10.0.0.5") + i32(6082) + longs(12345, T2, -2),
    "CountersRequest": b"",
    "CountersReply": NODE
    + seq([text("endpoint-in") + i64(12), text("target-out") + i64(1 << 50)])
    + seq([text("no_flow") + i64(0), text("table_full") + i64(3)]),
}

# What the first version of a message cannot say.
MESSAGES_2 = {
    "FlowOpenBatch": NODE + i32(2) + TCP_KEY + ESP_KEY + bytes([1, 2]) + ints(0, C2),
    "FlowOpenedBatch": TARGETS + i32(3) + ints(1, -1, 0) + ints(C1, 0, C2) + longs(T1, 0, T2) + ints(2, 0, 0x7FFF),
    "FlowAdoptBatch": NODE + TARGETS + i32(2) + TCP_KEY + ESP_KEY + ints(1, 0) + ints(C1, C2) + longs(T1, T2)
    + ints(0, 0x7FFF),
    "FlowTouchedBatch": NODE + TARGETS + i32(2) + TCP_KEY + ESP_KEY + ints(1, 0) + ints(C1, C2) + longs(T1, T2)
    + longs(T2, T2 + 1) + ints(300, 1),
    "HealthChanged": NODE + i64(T1) + i64(78)
    + seq([health(FIRST, "az1", 1, 3, 0), health(SECOND, "az2", 4, 7, 0)])
    + u8(1) + seq([health(FIRST, "az1", 3, 5, T2)]),
}

for version, messages in ((1, MESSAGES), (2, MESSAGES_2)):
    for name, fields in messages.items():
        digits = (u8(version) + fields).hex()
        lines = [digits[at:at + 64] for at in range(0, len(digits), 64)]
        pathlib.Path(__file__).with_name(f"{name}.v{version}.hex").write_text("\n".join(lines) + "\n")
