// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenVSwitchTest {

    private static final Groups GROUPS =
            Groups.of(List.of(Workload.parse("64-10k-4t-returns"), Workload.parse("64-10k-32t-2e-returns")));

    @Test
    void aGroupHasABucketForEachTarget() {
        assertThat(OpenVSwitch.select(Row.OVS_USERSPACE, GROUPS).lines())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("group_id=4,type=select,selection_method=dp_hash,")
                        .contains("bucket=actions=set_field:10.90.104.1->tun_dst,output:2")
                        .endsWith("bucket=actions=set_field:10.90.104.4->tun_dst,output:2"));
    }

    @Test
    void flowsWriteTheEndpointsOptionAndTakeItOff() {
        assertThat(OpenVSwitch.flows(Row.OVS_USERSPACE, GROUPS).lines())
                .hasSize(2 * 3)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("in_port=1,tun_id=1132,tun_src=10.90.4.1,actions=set_field:0->tun_id,")
                        .contains("set_field:0x1132->tun_metadata0,")
                        .endsWith(",group:32"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("in_port=2,tun_metadata0=0x1132,actions=delete_field:tun_metadata0,")
                        .endsWith("set_field:1132->tun_id,set_field:10.90.4.1->tun_dst,output:1"));
    }

    @Test
    void everythingOfASwitchIsInTheScratchDirectory() {
        assertThat(OpenVSwitch.command(Row.OVS_USERSPACE, Path.of("/scratch")))
                .contains("OVS_RUNDIR=/scratch/ovs-userspace", "--unixctl=/scratch/ovs-userspace/switch.ctl");
    }
}
