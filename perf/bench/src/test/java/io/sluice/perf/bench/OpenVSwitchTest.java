// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpenVSwitchTest {

    @Test
    void aGroupHasABucketForEachTarget() {
        assertThat(OpenVSwitch.groups().lines())
                .hasSameSizeAs(Workload.TARGET_COUNTS)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("group_id=4,type=select,selection_method=dp_hash,")
                        .contains("bucket=actions=set_field:10.90.104.1->tun_dst,output:2")
                        .endsWith("bucket=actions=set_field:10.90.104.4->tun_dst,output:2"));
    }

    @Test
    void flowsWriteTheEndpointsOptionAndTakeItOff() {
        assertThat(OpenVSwitch.flows().lines())
                .hasSize(2 * Workload.TARGET_COUNTS.size())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("in_port=1,tun_id=132,tun_src=10.90.4.1,actions=set_field:0->tun_id,")
                        .contains("set_field:0x132->tun_metadata0,")
                        .endsWith(",group:32"))
                .anySatisfy(line -> assertThat(line)
                        .startsWith("in_port=2,tun_metadata0=0x132,actions=delete_field:tun_metadata0,")
                        .endsWith("set_field:132->tun_id,set_field:10.90.4.1->tun_dst,output:1"));
    }

    @Test
    void everythingOfASwitchIsInTheScratchDirectory() {
        Settings settings = new Settings(Path.of("."), Path.of("/scratch"), 1, 1, 0, 1000);
        assertThat(OpenVSwitch.command(Row.OVS_USERSPACE, settings))
                .contains("OVS_RUNDIR=/scratch/ovs-userspace", "--unixctl=/scratch/ovs-userspace/switch.ctl");
    }
}
