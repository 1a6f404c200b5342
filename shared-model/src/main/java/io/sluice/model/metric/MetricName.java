// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.metric;

import java.util.List;

/** Every metric of our own: its name as Prometheus shows it, its kind, its labels, and what it says. */
public enum MetricName {
    PACKETS("sluice_packets_total", Kind.COUNTER, "Packets by place.", "place"),
    BYTES("sluice_bytes_total", Kind.COUNTER, "UDP payload bytes by place.", "place"),
    DROPS("sluice_drops_total", Kind.COUNTER, "Dropped packets by reason.", "reason"),
    RECEIVE_QUEUE_DROPS(
            "sluice_receive_queue_drops_total",
            Kind.COUNTER,
            "Datagrams the kernel dropped because a socket's buffer was full; not part of the packet balance.",
            "place"),
    PACKETS_HELD("sluice_packets_held", Kind.GAUGE, "Packets that wait for their flow's set-up or for the kernel."),
    FLOWS("sluice_flows", Kind.GAUGE, "Flows in the tables of this node."),
    FLOW_CAPACITY("sluice_flow_capacity", Kind.GAUGE, "Flows the tables of this node can hold."),
    FLOW_SETUPS(
            "sluice_flow_setups_total",
            Kind.COUNTER,
            "Flows set up, by who decided: acknowledged by the authority, provisional by this node alone, refused, adopted"
                    + " without a record in a recovery window (these are provisional too).",
            "decision"),
    FLOWS_PROVISIONAL(
            "sluice_flows_provisional",
            Kind.GAUGE,
            "Flows decided locally that the authority has not acknowledged yet."),
    FLOWS_MOVED_PROVISIONAL(
            "sluice_flows_moved_provisional_total",
            Kind.COUNTER,
            "Provisional flows whose record named another target: packets until then went elsewhere (P1's exception)."),
    FLOWS_RELEARNED(
            "sluice_flows_relearned_total",
            Kind.COUNTER,
            "Flows learnt from a return, as its cookie proves them, by the entry there was: none, in a recovery window; or a"
                    + " provisional one of a younger cookie.",
            "entry"),
    RETURN_MACS_FAILED(
            "sluice_return_macs_failed_total",
            Kind.COUNTER,
            "MACs that were tried for returns of unknown or provisional flows and did not fit; each is charged to its"
                    + " target."),
    RETURN_MAC_ALARMS(
            "sluice_return_mac_alarms",
            Kind.GAUGE,
            "Targets that got more than 100 MACs a second wrong, now or in the last minute: for 10 s each time only returns of"
                    + " known flows are taken from them."),
    FLOWS_FAILED_OVER(
            "sluice_flows_failed_over_total",
            Kind.COUNTER,
            "Flows that left a failed or deregistered target for another (T5, T6)."),
    FLOWS_EVICTED(
            "sluice_flows_evicted_total",
            Kind.COUNTER,
            "One-way flows that had to go for new flows of their endpoint, as its quota or the table was full."),
    PACKETS_BYPASSED(
            "sluice_packets_bypassed_total",
            Kind.COUNTER,
            "Packets delivered UNINSPECTED, as no target was healthy and the group's fail-open policy is bypass."),
    TCP_RESETS("sluice_tcp_resets_total", Kind.COUNTER, "TCP resets sent to senders of flows that are no more (T16)."),
    RECOVERY_WINDOWS(
            "sluice_recovery_windows",
            Kind.GAUGE,
            "Open recovery windows: TCP segments of unknown flows are adopted meanwhile, not dropped (F-16), and returns of unknown"
                    + " flows are taken on a valid cookie."),
    SHARDS(
            "sluice_shards",
            Kind.GAUGE,
            "Event loops that carry packets, each with sockets and a flow table of its own."),
    TRANSPORT("sluice_transport", Kind.GAUGE, "1 for what carries this node's packets.", "transport"),
    SHARD_HANDOVERS(
            "sluice_shard_handovers_total",
            Kind.COUNTER,
            "Packets that came to another shard's socket than the one that owns their addresses, and were handed over."),
    OFFLOAD_FALLBACKS(
            "sluice_offload_fallbacks_total",
            Kind.COUNTER,
            "Times a socket gave up an offload of the kernel's because it failed, and went on without."),
    LINK_PEERS(
            "sluice_link_peers",
            Kind.GAUGE,
            "Processes with the other half of the packet path, or with the same, that this one is linked to.",
            "side"),
    LINK_HELLOS_REFUSED(
            "sluice_link_hellos_refused_total",
            Kind.COUNTER,
            "Words of processes that would be linked to and were refused: not sealed by our master secret, or another"
                    + " member's name."),
    LINK_FORWARDS(
            "sluice_link_forwards_total",
            Kind.COUNTER,
            "Returns that were passed on to another ingress of the zone, as their flow was not here."),
    FLOW_RECORDS("sluice_flow_records", Kind.GAUGE, "Flows the authority on this node remembers."),
    FLOW_RECORD_COPIES(
            "sluice_flow_record_copies_total",
            Kind.COUNTER,
            "Records copied to other members (cluster) and to this node's disk (journal), by how many milliseconds after their"
                    + " change at most.",
            "copy",
            "within_ms"),
    FLOW_RECORD_COPY_FAILURES(
            "sluice_flow_record_copy_failures_total",
            Kind.COUNTER,
            "Records whose copy failed; they are copied again.",
            "copy"),
    FLOW_RECORD_COPIES_WAITING(
            "sluice_flow_record_copies_waiting",
            Kind.GAUGE,
            "Records that have changed and are not copied yet: some hundred at a busy node, more where a member or the disk is slow.",
            "copy"),
    FLOW_RECORD_ERASE_FAILURES(
            "sluice_flow_record_erase_failures_total",
            Kind.COUNTER,
            "Flows that ended and could not be erased from a copy; they are tried again, unless too many wait.",
            "copy"),
    JOURNAL_KEEPING(
            "sluice_journal_keeping",
            Kind.GAUGE,
            "1 while this node's journal of flow records takes what it is given; 0 where it was refused, the disk is full or fails:"
                    + " flows outlive a loss of this node, and no power cut of all."),
    JOURNAL_NOT_KEPT(
            "sluice_journal_not_kept_total",
            Kind.COUNTER,
            "Records and erasures that the journal could not put on disk, or refused as too many wait; they are tried again."),
    JOURNAL_BYTES("sluice_journal_bytes", Kind.GAUGE, "Bytes of the journal on disk; at 2 GiB it takes no more."),
    TARGET_HEALTHY(
            "sluice_target_healthy", Kind.GAUGE, "Healthy targets of a group in a zone.", "target_group", "zone"),
    TARGETS("sluice_targets", Kind.GAUGE, "Registered targets of a group in a zone.", "target_group", "zone"),
    TARGETS_PROBED(
            "sluice_targets_probed",
            Kind.GAUGE,
            "Targets this node probes, each once for each zone it is probed from; the others are left to other nodes (H-2)."),
    CONFIG_REVISION("sluice_config_revision", Kind.GAUGE, "Configuration revision this node works with."),
    BUS_MESSAGES(
            "sluice_bus_messages_total",
            Kind.COUNTER,
            "Messages on the bus by address and direction.",
            "address",
            "direction"),
    BUS_FAILURES(
            "sluice_bus_failures_total",
            Kind.COUNTER,
            "Messages that nobody got and requests that nobody answered well, by address and kind.",
            "address",
            "kind"),
    BUS_REPAIRS(
            "sluice_bus_repairs_total",
            Kind.COUNTER,
            "Times that the cluster had forgotten this node's place on the bus or a subscription, and was told again.");

    /** What a metric's values do. */
    public enum Kind {
        /** Only rises. */
        COUNTER,
        /** Goes up and down. */
        GAUGE
    }

    private final String text;
    private final Kind kind;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // List.of: never changed
    private final List<String> labels;

    MetricName(String text, Kind kind, String help, String... labels) {
        this.text = text;
        this.kind = kind;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** Name as Prometheus shows it. */
    public String text() {
        return text;
    }

    /** Counter or gauge. */
    public Kind kind() {
        return kind;
    }

    /** What it says, in a sentence. */
    public String help() {
        return help;
    }

    /** Label names, in order. */
    public List<String> labels() {
        return labels;
    }
}
