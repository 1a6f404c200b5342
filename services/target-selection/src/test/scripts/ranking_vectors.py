#!/usr/bin/env python3
# Sluice: a gateway load balancer that runs anywhere.
# SPDX-License-Identifier: Apache-2.0
"""Second implementation of the target ranking, version 1: prints the known answers that RendezvousRankingTest checks.

    python3 src/test/scripts/ranking_vectors.py > src/test/resources/known-answers/ranking-v1.txt

Written from the definition in the class comment of RendezvousRanking, not from its code: logarithms come from decimal
arithmetic with 60 digits instead of repeated squaring, divisions and shifts are exact on Python's integers. Needs
nothing but Python 3.
"""

from decimal import Decimal, ROUND_FLOOR, getcontext
from hashlib import sha256

getcontext().prec = 60
M = (1 << 64) - 1
VERSION = 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M
    return z ^ (z >> 31)


def fingerprint(group, target):
    h = 0xCBF29CE484222325
    for byte in group.encode("ascii") + b"\0" + target.encode("ascii"):
        h = ((h ^ byte) * 0x100000001B3) & M
    return mix(h)


LN2 = Decimal(2).ln()
TABLE = [
    int(((Decimal(4096 + i) / 4096).ln() / LN2 * (1 << 52)).to_integral_value(ROUND_FLOOR)) if i < 4096 else 1 << 52
    for i in range(4097)
]


def cost(x):
    """-log2(x / 2**64) in units of 2**-52."""
    exponent = x.bit_length() - 1
    # position of x between 2**exponent and twice that, in units of 2**-63
    position = (x - (1 << exponent)) << (63 - exponent)
    segment, rest = divmod(position, 1 << 51)
    interpolated = TABLE[segment] + (TABLE[segment + 1] - TABLE[segment]) * rest // (1 << 51)
    return ((64 - exponent) << 52) - interpolated


def score(key_hash, print64, weight):
    key = mix((key_hash + GOLDEN * VERSION) & M)
    return ((cost(mix(key ^ print64) | 1) << 4) * (((1 << 63) - 1) // weight)) >> 64


def pick(key_hash, targets):
    scores = [score(key_hash, p, w) for p, w in targets]
    return scores.index(min(scores))


def nth_key(n):
    return mix((n * GOLDEN) & M)


SETS = [
    ("one", "inspection", [("10.0.0.10", 1)]),
    ("two", "inspection", [("10.0.0.10", 1), ("10.0.0.11", 1)]),
    ("three-weighted", "inspection", [("10.0.0.10", 1), ("10.0.0.11", 2), ("10.0.0.12", 3)]),
    ("extreme-weights", "ips-fleet", [("small", 1), ("large", 1000), ("middle", 37)]),
    ("thirty-two", "firewalls", [("10.1.0.%d" % i, 1) for i in range(32)]),
    ("three-hundred", "firewalls", [("10.2.%d.%d" % (i // 250, i % 250), 1 + i % 7) for i in range(300)]),
]


def main():
    print("# Known answers of the target ranking, version %d." % VERSION)
    print("# Made by src/test/scripts/ranking_vectors.py (Python 3, exact integers, 60-digit logarithms).")
    print("# Keys: the n-th is mix(n * 0x9E3779B97F4A7C15 mod 2^64), n = 0, 1, 2 …")
    table_bytes = b"".join(entry.to_bytes(8, "big") for entry in TABLE)
    print("table %d %s" % (len(TABLE), sha256(table_bytes).hexdigest()))
    for i in (0, 1, 2, 1023, 1024, 2048, 4094, 4095, 4096):
        print("entry %d %016x" % (i, TABLE[i]))
    edges = [1, 2, 3, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, M - 1, M, M - (1 << 51), M - (1 << 51) + 1]
    for x in edges + [nth_key(n) | 1 for n in range(1, 40)]:
        print("cost %016x %016x" % (x, cost(x)))
    for name, group, targets in SETS:
        for target, weight in targets:
            print("target %s %s %s %d %016x" % (name, group, target, weight, fingerprint(group, target)))
        ranked = [(fingerprint(group, t), w) for t, w in targets]
        picks = [pick(nth_key(n), ranked) for n in range(1000)]
        for start in range(0, len(picks), 100):
            print("picks %s %d %s" % (name, start, ",".join(map(str, picks[start : start + 100]))))


if __name__ == "__main__":
    main()
