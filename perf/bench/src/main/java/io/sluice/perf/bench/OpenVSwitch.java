// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Open vSwitch's user space as a row: a database server and a switch of the run's own, with the datapath in the switch
 * ({@code netdev}), for which the kernel needs neither its module nor GENEVE.
 *
 * <p>Two bridges. One is the outer network: the veth's end, and the address that tunnels have. The other has a GENEVE port
 * for endpoints and one for targets. A packet from the endpoint is found by its VNI, a group selects one of the targets by
 * a hash of the inner 5-tuple, options of class 0x0108 are written, and it leaves for the target; a return is found by the
 * endpoint in its options, which are taken off, and leaves for the endpoint.
 *
 * <p>What it does not do: a flow has no entry of its own (with a change of the group's targets it may move), so its cookie
 * is the same for all, 0, and a return is not compared with a flow; inside GENEVE it takes Ethernet frames only.
 */
final class OpenVSwitch implements Surroundings {

    private static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");
    private static final String OUTER = "outer";
    private static final String GATEWAY = "gateway";
    private static final int ENDPOINT_PORT = 1;
    private static final int TARGET_PORT = 2;
    private static final int READY_TRIES = 100;
    private static final int STOP_S = 5;

    private final Row row;
    private final Groups groups;
    private final VethPath path;
    private final Process database;
    private final Path directory;
    private final Commands tools;

    private OpenVSwitch(Row row, Groups groups, VethPath path, Process database, Path directory, Commands tools) {
        this.row = row;
        this.groups = groups;
        this.path = path;
        this.database = database;
        this.directory = directory;
        this.tools = tools;
    }

    /** Why there can be no such row, if so. */
    static Optional<String> obstacle() throws IOException {
        if (!Commands.has("ovs-vswitchd") || !Commands.has("ovsdb-server") || !Files.exists(SCHEMA)) {
            return Optional.of("Open vSwitch is not installed (package openvswitch-switch)");
        }
        return Commands.asRoot() ? Optional.empty() : Optional.of("only root may make its bridges");
    }

    static OpenVSwitch open(Row row, Groups groups, Settings settings) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(settings.scratch().resolve(row.text()));
        String own = directory.toString();
        Commands tools = new Commands(
                List.of(), Map.of("OVS_RUNDIR", own, "OVS_LOGDIR", own, "OVS_DBDIR", own, "OVS_SYSCONFDIR", own));
        tools.run(List.of("ovsdb-tool", "create", own + "/conf.db", SCHEMA.toString()));
        List<String> command = new ArrayList<>(Load.pinned(settings.forwarderCore()));
        command.addAll(List.of("ovsdb-server", own + "/conf.db", "--remote=punix:" + own + "/db.sock"));
        Process database = tools.builder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("database.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(database::destroy));
        // one handler and one revalidator, as there is one core
        tools.run("ovs-vsctl --retry --timeout=20 --no-wait init"
                + " -- set Open_vSwitch . other_config:n-handler-threads=1 other_config:n-revalidator-threads=1"
                + " other_config:pmd-cpu-mask=" + Integer.toHexString(1 << settings.forwarderCore()));
        return new OpenVSwitch(row, groups, VethPath.bare(row), database, directory, tools);
    }

    /** The switch; its tools find it by its control socket. */
    static List<String> command(Row row, Path scratch) {
        String own = scratch.resolve(row.text()).toString();
        return List.of("env", "OVS_RUNDIR=" + own, "ovs-vswitchd", "--unixctl=" + own + "/switch.ctl", "-vsyslog:off");
    }

    @Override
    public List<String> enter() {
        return path.enter();
    }

    @Override
    public void complete() throws IOException, InterruptedException {
        tools.run("ovs-vsctl --timeout=20 add-br %1$s -- set bridge %1$s datapath_type=netdev other_config:hwaddr=%2$s"
                        .formatted(OUTER, VethNamespace.farMac(row.host()))
                + " -- add-port %s %s -- set interface %s type=%s"
                        .formatted(
                                OUTER, VethPath.FAR, VethPath.FAR, row.options().getFirst())
                + " -- add-br %1$s -- set bridge %1$s datapath_type=netdev".formatted(GATEWAY)
                + tunnel("endpoints", 6080, ENDPOINT_PORT)
                + tunnel("targets", 6081, TARGET_PORT));
        String trouble = tools.run("ovs-vsctl --timeout=20 --if-exists get interface " + VethPath.FAR + " error")
                .strip();
        if (!trouble.equals("[]")) {
            throw new RowUnavailableException(
                    "no device of type " + row.options().getFirst() + " may be had here: " + trouble);
        }
        path.address(OUTER);
        control("tnl/neigh/set", OUTER, Addresses.near(row), VethNamespace.nearMac(row.host()));
        tools.run(List.of(
                "ovs-ofctl",
                "add-tlv-map",
                GATEWAY,
                "{class=0x0108,type=1,len=8}->tun_metadata0,{class=0x0108,type=2,len=8}->tun_metadata1,"
                        + "{class=0x0108,type=3,len=4}->tun_metadata2"));
        rules("add-groups", select(row, groups));
        rules("replace-flows", flows(row, groups));
        awaitTunnels();
    }

    /** A group for each number of targets, by that number. */
    static String select(Row row, Groups groups) {
        StringBuilder text = new StringBuilder(1024);
        for (int targets : groups.endpointsOf().keySet()) {
            text.append("group_id=").append(targets).append(",type=select,selection_method=dp_hash");
            for (int i = 0; i < targets; i++) {
                text.append(",bucket=actions=set_field:%s->tun_dst,output:%d"
                        .formatted(Addresses.target(row, targets, i), TARGET_PORT));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Both directions of each group's endpoints; anything else is dropped. */
    static String flows(Row row, Groups groups) {
        StringBuilder text = new StringBuilder(1024);
        groups.endpointsOf().forEach((targets, endpoints) -> {
            for (int i = 0; i < endpoints; i++) {
                appendFlows(text, Addresses.endpoint(row), Addresses.vni(targets, i), targets);
            }
        });
        return text.toString();
    }

    private static void appendFlows(StringBuilder text, String endpoint, int vni, int group) {
        text.append("in_port=%d,tun_id=%d,tun_src=%s,actions=set_field:0->tun_id,set_field:0x%d->tun_metadata0,"
                .formatted(ENDPOINT_PORT, vni, endpoint, vni));
        text.append("set_field:0->tun_metadata1,set_field:0->tun_metadata2,group:%d\n".formatted(group));
        text.append("in_port=%d,tun_metadata0=0x%d,actions=delete_field:tun_metadata0,delete_field:tun_metadata1,"
                .formatted(TARGET_PORT, vni));
        text.append("delete_field:tun_metadata2,set_field:%d->tun_id,set_field:%s->tun_dst,output:%d\n"
                .formatted(vni, endpoint, ENDPOINT_PORT));
    }

    private static String tunnel(String name, int udpPort, int port) {
        return (" -- add-port %1$s %2$s -- set interface %2$s type=geneve options:remote_ip=flow options:key=flow"
                        + " options:dst_port=%3$d ofport_request=%4$d")
                .formatted(GATEWAY, name, udpPort, port);
    }

    private void rules(String verb, String text) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve(verb + ".txt"), text);
        tools.run(List.of("ovs-ofctl", "-O", "OpenFlow15", verb, GATEWAY, file.toString()));
    }

    private String control(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("ovs-appctl", "-t", directory.resolve("switch.ctl").toString()));
        command.addAll(List.of(words));
        return tools.run(command);
    }

    /** The switch learns of addresses and routes from the kernel, in its own time. */
    private void awaitTunnels() throws IOException, InterruptedException {
        for (int i = 0; i < READY_TRIES; i++) {
            if (control("ovs/route/show").contains(Addresses.ENDS_ON_VETH)
                    && control("tnl/ports/show", "-v").contains(Addresses.forwarder(row))) {
                return;
            }
            Thread.sleep(100);
        }
        throw new IOException(row.text() + " knows no way to endpoint and targets");
    }

    @Override
    public void close() {
        database.destroy();
        database.onExit()
                .orTimeout(STOP_S, TimeUnit.SECONDS)
                .exceptionally(stuck -> database.destroyForcibly())
                .join();
        path.close();
    }
}
