#!/usr/bin/env python3
# Sluice: a gateway load balancer that runs anywhere.
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden packets under src/main/resources/golden; with --check, says whether they are what is committed.

Two independent implementations: scapy builds the bytes, tshark reads them and says what is expected of them. The packets
of the behaviour sheet (section 1.4) are literals: the sheet built them by hand, tshark only reads them.
Needs Debian's python3-scapy and tshark; the tests need neither. Deterministic: no time, no random numbers.
"""
import filecmp
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

logging.getLogger("scapy").setLevel(logging.ERROR)
import scapy
from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import (
    ICMPv6EchoRequest,
    ICMPv6ND_NA,
    ICMPv6ND_NS,
    ICMPv6NDOptDstLLAddr,
    ICMPv6NDOptSrcLLAddr,
    ICMPv6PacketTooBig,
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Padding, Raw
from scapy.utils import wrpcap

ROOT = pathlib.Path(__file__).resolve().parent.parent / "src" / "main" / "resources" / "golden"
SCRIPT = "services/testkit/scripts/generate-golden.py"
TSHARK = subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout.split()[2]
ENDPOINT = 0xA1B2C3D4E5F60718
COOKIE = 0xC0FFEE01

# --- literals of the behaviour sheet, section 1.4 -------------------------------------------------------------------
SHEET_TO_TARGET = """
45 00 00 6c 00 00 00 00 40 11 62 31 0a 0a 02 0b 0a 0a 02 32 ee 49 17 c1 00 58 00 00 08 00 08 00
00 00 00 00 01 08 01 02 a1 b2 c3 d4 e5 f6 07 18 01 08 02 02 00 00 00 00 00 00 00 00 01 08 03 01
c0 ff ee 01 45 00 00 28 12 34 40 00 3f 06 e3 78 0a 14 00 05 cb 00 71 0a 9c 40 01 bb 01 02 03 04
00 00 00 00 50 02 fa f0 cc cc 00 00
"""
SHEET_FROM_TARGET = SHEET_TO_TARGET.replace("0a 0a 02 0b 0a 0a 02 32", "0a 0a 02 32 0a 0a 02 0b")
SHEET_SYN_ACK = "45000028 00004000 320602ad cb00710a 0a140005 01bb9c40 0a0b0c0d 01020305 5012ffff b1940000"


def gwlb(*extra, order=(1, 2, 3), attachment=0):
    """The three options as raw bytes; scapy's option class is used where only one option is needed."""
    data = {1: ENDPOINT.to_bytes(8, "big"), 2: attachment.to_bytes(8, "big"), 3: COOKIE.to_bytes(4, "big")}
    options = [GeneveOptions(classid=0x0108, type=kind, data=data[kind]) for kind in order]
    return options + list(extra)


V4 = dict(src="10.20.0.5", dst="203.0.113.10", ttl=63, id=0x1234)
V6 = dict(src="2001:db8:20::5", dst="2001:db8:ffff::10", hlim=63)
PAYLOAD = Raw(bytes(range(64)))
FRAGMENTED = Raw(bytes(index & 0xFF for index in range(1480)))

INNER = [
    ("ipv4-tcp-syn", "RFC 9293 section 3.1", IP(flags="DF", **V4) / TCP(sport=40000, dport=443, flags="S", seq=7)),
    ("ipv4-tcp-options-payload", "RFC 9293 section 3.1",
     IP(**V4) / TCP(sport=40000, dport=443, flags="PA", seq=2**32 - 2, ack=2**31,
                    options=[("MSS", 1460), ("NOP", None), ("WScale", 7)]) / PAYLOAD),
    ("ipv4-tcp-rst", "RFC 9293 section 3.5.2", IP(**V4) / TCP(sport=443, dport=40000, flags="R")),
    ("ipv4-tcp-fin-ack-ecn", "RFC 3168 section 6.1", IP(tos=0xB9, **V4) / TCP(sport=1, dport=65535, flags="FAEC")),
    ("ipv4-udp", "RFC 768", IP(**V4) / UDP(sport=53, dport=5353) / PAYLOAD),
    ("ipv4-udp-empty", "RFC 768", IP(**V4) / UDP(sport=53, dport=5353)),
    ("ipv4-options-tcp", "RFC 791 section 3.1; F-28",
     IP(options=[IPOption_NOP()] * 8, **V4) / TCP(sport=40000, dport=443, flags="A") / PAYLOAD),
    ("ipv4-options-60-udp", "RFC 791 section 3.1; F-28", IP(options=[IPOption_NOP()] * 40, **V4) / UDP(sport=9, dport=7)),
    ("ipv4-icmp-echo", "RFC 792; F-25", IP(**V4) / ICMP(id=77, seq=3) / PAYLOAD),
    ("ipv4-icmp-unreachable", "RFC 792; F-24",
     IP(**V4) / ICMP(type=3, code=4, nexthopmtu=1400) / Raw(bytes(IP(src="203.0.113.10", dst="10.20.0.5", id=9)
                                                                / TCP(sport=443, dport=40000)))),
    ("ipv4-esp", "F-2, F-27", IP(proto=50, **V4) / PAYLOAD),
    ("ipv4-gre", "F-2, F-27", IP(proto=47, **V4) / Raw(bytes.fromhex("00000800") + bytes(20))),
    ("ipv4-first-fragment", "RFC 791 section 3.2; F-23",
     IP(flags="MF", **V4) / UDP(sport=1000, dport=2000, len=3000, chksum=0x1234) / FRAGMENTED),
    ("ipv4-later-fragment", "RFC 791 section 3.2; F-23", IP(flags="MF", frag=186, proto=17, **V4) / FRAGMENTED),
    ("ipv4-last-fragment", "RFC 791 section 3.2; F-23", IP(frag=372, proto=17, **V4) / Raw(bytes(33))),
    ("ipv6-tcp-syn", "RFC 8200 section 3", IPv6(fl=0xABCDE, tc=0x20, **V6) / TCP(sport=40000, dport=443, flags="S")),
    ("ipv6-udp", "RFC 8200 section 3", IPv6(**V6) / UDP(sport=53, dport=5353) / PAYLOAD),
    ("ipv6-icmp-echo", "RFC 4443 section 4.1", IPv6(**V6) / ICMPv6EchoRequest(id=77, seq=3, data=bytes(16))),
    ("ipv6-icmp-too-big", "RFC 4443 section 3.2; F-24",
     IPv6(**V6) / ICMPv6PacketTooBig(mtu=1400) / IPv6(src=V6["dst"], dst=V6["src"]) / TCP(sport=443, dport=40000)),
    ("ipv6-no-next-header", "RFC 8200 section 4.7", IPv6(nh=59, **V6)),
    ("ipv6-hop-by-hop-tcp", "RFC 8200 section 4.3; F-26",
     IPv6(**V6) / IPv6ExtHdrHopByHop() / TCP(sport=40000, dport=443, flags="SA")),
    ("ipv6-all-extensions-udp", "RFC 8200 section 4.1; F-26",
     IPv6(**V6) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting(type=0, segleft=0)
     / IPv6ExtHdrFragment(id=5) / IPv6ExtHdrDestOpt() / UDP(sport=1000, dport=2000) / PAYLOAD),
    ("ipv6-first-fragment", "RFC 8200 section 4.5; F-23",
     IPv6(**V6) / IPv6ExtHdrFragment(id=0xFEEDBEEF, m=1)
     / UDP(sport=1000, dport=2000, len=3000, chksum=0x1234) / FRAGMENTED),
    ("ipv6-later-fragment", "RFC 8200 section 4.5; F-23",
     IPv6(**V6) / IPv6ExtHdrFragment(id=0xFEEDBEEF, offset=186, nh=17) / FRAGMENTED),
]

GENEVE_CASES = [
    ("endpoint-ipv4", "RFC 8926 section 3.4", GENEVE(vni=100, proto=0x0800) / IP(**V4) / UDP(sport=1, dport=2)),
    ("endpoint-ipv6-vni-max", "RFC 8926 section 3.4",
     GENEVE(vni=0xFFFFFF, proto=0x86DD) / IPv6(**V6) / TCP(sport=40000, dport=443, flags="S")),
    ("endpoint-unknown-option", "RFC 8926 section 3.5; W-15",
     GENEVE(vni=7, proto=0x0800, options=[GeneveOptions(classid=0xFFFE, type=0x41, data=bytes(124))])
     / IP(**V4) / UDP(sport=1, dport=2)),
    ("endpoint-critical-option", "RFC 8926 section 3.5",
     GENEVE(vni=7, critical=1, proto=0x0800, options=[GeneveOptions(classid=0xFFFE, type=0xC1, data=bytes(4))])
     / IP(**V4) / UDP(sport=1, dport=2)),
    ("endpoint-control", "RFC 8926 section 3.4", GENEVE(vni=7, oam=1, proto=0x0800) / IP(**V4) / UDP(sport=1, dport=2)),
    ("target-ipv4-udp", "W-14", GENEVE(proto=0x0800, options=gwlb()) / IP(**V4) / UDP(sport=53, dport=5353) / PAYLOAD),
    ("target-ipv6-tcp", "W-14",
     GENEVE(proto=0x86DD, options=gwlb()) / IPv6(**V6) / TCP(sport=443, dport=40000, flags="SA")),
    ("target-any-order-unknown-between", "W-15",
     GENEVE(proto=0x0800, options=gwlb(GeneveOptions(classid=0x0102, type=0x7F, data=bytes(8)), order=(3, 1, 2),
                                       attachment=0x1122334455667788)) / IP(**V4) / UDP(sport=1, dport=2)),
]

# --- packets the gateway makes or changes: what comes in, and what scapy says must come of it ------------------------
MTU = 1400
MSS = 1360
OWN_MAC = "02:00:5e:00:53:01"
HOST_MAC = "02:00:5e:00:53:77"
NONE_MAC = "00:00:00:00:00:00"
V4_BACK = dict(src=V4["dst"], dst=V4["src"], ttl=64, id=0, flags="DF")
V6_BACK = dict(src=V6["dst"], dst=V6["src"], hlim=64)
PORTS = dict(sport=40000, dport=443)
PORTS_BACK = dict(sport=443, dport=40000)
T15 = "RFC 9293 section 3.10.7.1; T15"
Q4_V4, Q4_V6 = "RFC 1191 section 4; Q-4", "RFC 4443 section 3.2; Q-4"
Q6 = "RFC 9293 section 3.7.1; Q-6"
ARP_SOURCE, NS_SOURCE = "RFC 826", "RFC 4861 section 7.2.4"


def reset(name, packet, back, **segment):
    return (f"reset-{name}", T15, packet, back / TCP(window=0, **PORTS_BACK, **segment))


def too_big_v4(name, packet):
    quoted = Raw(bytes(packet)[:576 - 28])
    return (f"too-big-{name}", Q4_V4, packet, IP(**V4_BACK) / ICMP(type=3, code=4, nexthopmtu=MTU) / quoted)


def too_big_v6(name, packet):
    quoted = Raw(bytes(packet)[:1280 - 48])
    return (f"too-big-{name}", Q4_V6, packet, IPv6(**V6_BACK) / ICMPv6PacketTooBig(mtu=MTU) / quoted)


def clamped(name, header, options, **segment):
    def packet(mss):
        values = [("MSS", mss) if kind == "MSS" else (kind, value) for kind, value in options]
        return header / TCP(**PORTS, options=values, **segment)
    return (f"mss-{name}", Q6, packet(1460), packet(MSS))


def arp(name, tags, padding=b""):
    def frame(src, dst, **fields):
        return Ether(src=src, dst=dst) / tags / ARP(**fields) if tags else Ether(src=src, dst=dst) / ARP(**fields)
    request = frame(HOST_MAC, "ff:ff:ff:ff:ff:ff", op=1, hwsrc=HOST_MAC, psrc="10.20.0.5", hwdst=NONE_MAC,
                    pdst="10.20.0.1")
    return (f"arp-{name}", ARP_SOURCE, request / Padding(padding) if padding else request,
            frame(OWN_MAC, HOST_MAC, op=2, hwsrc=OWN_MAC, psrc="10.20.0.1", hwdst=HOST_MAC, pdst="10.20.0.5"))


def solicitation(name, tags, option=True):
    host, target = "2001:db8:20::5", "2001:db8:20::1"

    def frame(src, dst, rest):
        return Ether(src=src, dst=dst) / tags / rest if tags else Ether(src=src, dst=dst) / rest
    request = ICMPv6ND_NS(tgt=target)
    answer = ICMPv6ND_NA(R=0, S=1, O=1, tgt=target)
    if option:
        request, answer = request / ICMPv6NDOptSrcLLAddr(lladdr=HOST_MAC), answer / ICMPv6NDOptDstLLAddr(lladdr=OWN_MAC)
    multicast, group = "33:33:ff:00:00:01", "ff02::1:ff00:1"
    return (f"solicitation-{name}", NS_SOURCE,
            frame(HOST_MAC, multicast if option else OWN_MAC,
                  IPv6(src=host, dst=group if option else target, hlim=255) / request),
            frame(OWN_MAC, HOST_MAC, IPv6(src=target, dst=host, hlim=255) / answer))


ANSWERS = [
    reset("ipv4-syn", IP(flags="DF", **V4) / TCP(flags="S", seq=7, **PORTS), IP(**V4_BACK), flags="RA", ack=8),
    reset("ipv4-data", IP(**V4) / TCP(flags="P", seq=1000, **PORTS) / PAYLOAD, IP(**V4_BACK), flags="RA", ack=1064),
    reset("ipv4-fin-data-wrap", IP(**V4) / TCP(flags="F", seq=2**32 - 2, **PORTS) / PAYLOAD, IP(**V4_BACK),
          flags="RA", ack=63),
    reset("ipv4-ack", IP(**V4) / TCP(flags="A", seq=5, ack=2**32 - 1, **PORTS) / PAYLOAD, IP(**V4_BACK),
          flags="R", seq=2**32 - 1),
    reset("ipv4-syn-ack", IP(**V4) / TCP(flags="SA", seq=5, ack=77, **PORTS), IP(**V4_BACK), flags="R", seq=77),
    reset("ipv4-options", IP(options=[IPOption_NOP()] * 8, tos=0xB9, **V4)
          / TCP(flags="SEC", seq=9, options=[("MSS", 1460), ("NOP", None), ("WScale", 7)], **PORTS),
          IP(**V4_BACK), flags="RA", ack=10),
    reset("ipv6-syn", IPv6(**V6) / TCP(flags="S", seq=7, **PORTS), IPv6(**V6_BACK), flags="RA", ack=8),
    reset("ipv6-extensions-ack", IPv6(fl=0x12345, tc=0xB8, **V6) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
          / TCP(flags="PA", ack=0xABCDEF01, **PORTS) / PAYLOAD, IPv6(**V6_BACK), flags="R", seq=0xABCDEF01),
    too_big_v4("ipv4-tcp", IP(flags="DF", **V4) / TCP(flags="A", **PORTS) / FRAGMENTED),
    too_big_v4("ipv4-options-udp", IP(flags="DF", options=[IPOption_NOP()] * 40, **V4)
               / UDP(sport=9, dport=7) / FRAGMENTED),
    too_big_v6("ipv6-tcp", IPv6(**V6) / TCP(flags="A", **PORTS) / FRAGMENTED),
    too_big_v6("ipv6-extensions-udp", IPv6(**V6) / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()
               / UDP(sport=9, dport=7) / FRAGMENTED),
    clamped("ipv4-syn", IP(**V4), [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0))], flags="S"),
    clamped("ipv4-syn-ack-unaligned", IP(**V4), [("NOP", None), ("MSS", 1460), ("WScale", 7)], flags="SA"),
    clamped("ipv6-syn", IPv6(**V6), [("WScale", 7), ("MSS", 1460)], flags="S"),
    arp("untagged", None),
    arp("padded", None, bytes(18)),
    arp("vlan", Dot1Q(vlan=100)),
    arp("two-vlans", Dot1AD(vlan=7) / Dot1Q(vlan=100, prio=3)),
    solicitation("untagged", None),
    solicitation("vlan", Dot1Q(vlan=100)),
    solicitation("unicast-without-option", None, option=False),
]
STATUS_FIELDS = ["icmp.checksum.status", "icmpv6.checksum.status", "tcp.checksum.status"]
ANSWER_FIELDS = ["frame.protocols", "ip.checksum.status"] + STATUS_FIELDS

INNER_FIELDS = {
    "ipVersion": ["ip.version", "ipv6.version"],
    "source": ["ip.src", "ipv6.src"],
    "destination": ["ip.dst", "ipv6.dst"],
    "ttl": ["ip.ttl", "ipv6.hlim"],
    "sourcePort": ["tcp.srcport", "udp.srcport"],
    "destinationPort": ["tcp.dstport", "udp.dstport"],
    "tcpFlags": ["tcp.flags"],
    "tcpSequenceNumber": ["tcp.seq_raw"],
    "tcpAcknowledgmentNumber": ["tcp.ack_raw"],
    "tcpPayloadBytes": ["tcp.len"],
}
OTHER_FIELDS = ["ip.proto", "ip.len", "ip.id", "ip.flags.mf", "ip.frag_offset", "ipv6.plen", "ipv6.nxt",
                "ipv6.fraghdr.nxt", "ipv6.fraghdr.offset", "ipv6.fraghdr.more", "ipv6.fraghdr.ident",
                "ipv6.hopopts.nxt", "ipv6.dstopts.nxt", "ipv6.routing.nxt", "frame.protocols"]
GENEVE_FIELDS = {
    "version": "geneve.version",
    "control": "geneve.flags.oam",
    "critical": "geneve.flags.critical",
    "protocolType": "geneve.proto_type",
    "vni": "geneve.vni",
}


def tshark(packets, fields, occurrence, linktype=101):
    """One dictionary of field values for each packet, read by tshark from a capture of raw IP packets or of frames."""
    with tempfile.TemporaryDirectory() as directory:
        capture = pathlib.Path(directory) / "packets.pcap"
        wrpcap(str(capture), [Raw(packet) for packet in packets], linktype=linktype)
        command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=|",
                   "-E", f"occurrence={occurrence}", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
                   "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "tcp.relative_sequence_numbers:FALSE"]
        for field in fields:
            command += ["-e", field]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(packets), (len(lines), len(packets))
    return [dict(zip(fields, line.split("|"))) for line in lines]


def number(text):
    first = text.split(",")[0]
    return int(first, 0) if first else 0


def inner_expected(read):
    expected = {}
    for name, candidates in INNER_FIELDS.items():
        values = [read[candidate] for candidate in candidates if read[candidate]]
        value = values[0].split(",")[0] if values else "0"
        expected[name] = value if name in ("source", "destination") else int(value, 0)
    if expected["ipVersion"] == 4:
        later, more = number(read["ip.frag_offset"]) > 0, number(read["ip.flags.mf"]) == 1
        expected["protocol"] = number(read["ip.proto"])
        expected["totalLengthBytes"] = number(read["ip.len"])
        identification = number(read["ip.id"])
    else:
        later, more = number(read["ipv6.fraghdr.offset"]) > 0, number(read["ipv6.fraghdr.more"]) == 1
        chain = [number(part) for name in ("ipv6.nxt", "ipv6.hopopts.nxt", "ipv6.dstopts.nxt", "ipv6.routing.nxt",
                                           "ipv6.fraghdr.nxt") for part in read[name].split(",") if part]
        # The transport is the one next header that is no extension header; tshark lists the headers by kind.
        final = [kind for kind in chain if kind not in (0, 43, 44, 60)]
        expected["protocol"] = final[0]
        expected["totalLengthBytes"] = 40 + number(read["ipv6.plen"])
        identification = number(read["ipv6.fraghdr.ident"])
    # Quoted headers of ICMP errors are not the packet's own.
    if "icmp" in read["frame.protocols"]:
        for name in ("sourcePort", "destinationPort", "tcpFlags", "tcpSequenceNumber", "tcpAcknowledgmentNumber",
                     "tcpPayloadBytes"):
            expected[name] = 0
        expected["protocol"] = 1 if expected["ipVersion"] == 4 else 58
    expected["firstFragment"] = more and not later
    expected["nonFirstFragment"] = later
    expected["fragmentIdentification"] = identification if more or later else 0
    return expected


def write(root, area, name, data, description, source, origin, expected):
    directory = root / area
    directory.mkdir(parents=True, exist_ok=True)
    rows = [f"{at:04x}: {data[at:at + 16].hex(' ')}" for at in range(0, len(data), 16)]
    text = "\n".join(row.split(": ")[1] for row in rows)
    (directory / f"{name}.hex").write_text(f"# {description}\n{text}\n")
    document = {
        "case": name,
        "source": source,
        "provenance": {"origin": origin, "generator": SCRIPT, "judge": f"tshark {TSHARK}"},
        "expected": expected,
    }
    (directory / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")


def geneve_expected(read, payload_bytes):
    expected = {name: number(read[field]) for name, field in GENEVE_FIELDS.items()}
    expected["optionTypes"] = read["geneve.option.type"].lower()
    expected["payloadLengthBytes"] = payload_bytes
    return expected


def generate_answers(root, index):
    """Pairs of the same name in the areas request and answer; tshark must find every outer checksum good."""
    for name, source, request, answer in ANSWERS:
        linktype = 1 if isinstance(request, Ether) else 101
        packets = [bytes(request), bytes(answer)]
        for area, data, read in zip(("request", "answer"), packets, tshark(packets, ANSWER_FIELDS, "f", linktype)):
            # ICMP errors quote a segment whose checksum says nothing of them: the first of these fields is the packet's
            statuses = [read["ip.checksum.status"]] + [read[field] for field in STATUS_FIELDS if read[field]][:1]
            assert all(status in ("", "1") for status in statuses), (name, area, read)
            assert len(packets[1]) <= len(packets[0]), name
            expected = {"protocols": read["frame.protocols"], "bytes": len(data)}
            write(root, area, name, data, f"{area} {name}", source, f"scapy {scapy.VERSION}", expected)
            index.append(f"{area}/{name}")


def generate(root):
    scapy_origin = f"scapy {scapy.VERSION}"
    index = []

    packets = [bytes(packet) for _, _, packet in INNER] + [bytes.fromhex(SHEET_SYN_ACK)]
    reads = tshark(packets, sum(INNER_FIELDS.values(), []) + OTHER_FIELDS, "a")
    for (name, source, _), data, read in zip(INNER, packets, reads):
        write(root, "inner", name, data, f"inner packet {name}", source, scapy_origin, inner_expected(read))
        index.append(f"inner/{name}")
    write(root, "inner", "worked-example-syn-ack", packets[-1], "SYN-ACK of the worked example", "sheet section 1.4",
          "behaviour sheet, section 1.4, literal", inner_expected(reads[-1]))
    index.append("inner/worked-example-syn-ack")

    fields = list(GENEVE_FIELDS.values()) + ["geneve.option.type"]
    datagrams = [bytes(datagram) for _, _, datagram in GENEVE_CASES]
    outer = [bytes(IP(src="192.0.2.1", dst="192.0.2.2", id=1) / UDP(sport=50000, dport=6081) / Raw(datagram))
             for datagram in datagrams]
    for (name, source, layers), data, read in zip(GENEVE_CASES, datagrams, tshark(outer, fields, "a")):
        expected = geneve_expected(read, len(bytes(layers.payload)))
        write(root, "geneve", name, data, f"GENEVE datagram {name}", source, scapy_origin, expected)
        index.append(f"geneve/{name}")

    sheet = [("worked-example-to-target", SHEET_TO_TARGET), ("worked-example-from-target", SHEET_FROM_TARGET)]
    literals = [bytes.fromhex(text) for _, text in sheet]
    outer_fields = ["ip.src", "ip.dst", "ip.len", "ip.ttl", "udp.srcport", "udp.dstport", "udp.length", "udp.checksum"]
    for (name, _), data, read, outside in zip(
            sheet, literals, tshark(literals, fields, "a"), tshark(literals, outer_fields, "f")):
        expected = geneve_expected(read, 40)
        expected["outerSource"], expected["outerDestination"] = outside["ip.src"], outside["ip.dst"]
        for field in outer_fields[2:]:
            expected[field] = number(outside[field])
        write(root, "outer", name, data, f"{name}, outer IPv4 header on", "sheet section 1.4",
              "behaviour sheet, section 1.4, literal", expected)
        index.append(f"outer/{name}")
    generate_answers(root, index)
    (root / "index.txt").write_text("\n".join(sorted(index)) + "\n")


def differences(committed, fresh):
    names = {str(path.relative_to(base)) for base in (committed, fresh) for path in base.rglob("*") if path.is_file()}
    return [name for name in sorted(names) if not ((committed / name).is_file() and (fresh / name).is_file()
            and filecmp.cmp(committed / name, fresh / name, shallow=False))]


def main():
    if sys.argv[1:] == ["--check"]:
        with tempfile.TemporaryDirectory() as directory:
            generate(pathlib.Path(directory))
            changed = differences(ROOT, pathlib.Path(directory))
        print("\n".join(f"differs: {name}" for name in changed) or "golden packets are as generated")
        return 1 if changed else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    generate(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
