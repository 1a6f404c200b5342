// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TargetDirectoryTest {

    private static final Zone ZONE = new Zone("az1");
    private static final TargetGroupId GROUP = new TargetGroupId("firewalls");

    private final Set<Integer> held = new HashSet<>();
    private final TargetDirectory targets = new TargetDirectory(held::contains);

    private static Target target(int number, long registration) {
        return new Target(
                new TargetId("fw-" + number), new Ipv4Address(0x0A01_0000 + number), 6081, ZONE, 1, registration);
    }

    private static TargetRef ref(int number, long registration) {
        return new TargetRef(GROUP, new TargetId("fw-" + number), registration);
    }

    private void register(Target... registered) {
        targets.update(model(registered));
    }

    private static GatewayModel model(Target... registered) {
        return new GatewayModel(
                List.of(ZONE),
                List.of(new TargetGroup(
                        GROUP, HealthCheckSpec.DEFAULT, Stickiness.FIVE_TUPLE, Arrays.asList(registered))),
                List.of(),
                List.of());
    }

    /** Signs of life are kept while a shard has the target, and no longer. */
    @Test
    void theLifeSignOfATargetThatIsGoneIsForgottenWhenNoShardHoldsIt() {
        SharedByTarget<LifeSign> node = new SharedByTarget<>(LifeSign::new);
        TargetDirectory one = new TargetDirectory(held::contains, new ShardLifeSigns(node, 0));
        TargetDirectory other = new TargetDirectory(index -> false, new ShardLifeSigns(node, 1));
        GatewayModel model = model(target(1, 1), target(2, 1));
        one.update(model);
        other.update(model);
        assertThat(node.size()).isEqualTo(2);
        held.add(one.indexOf(ref(1, 1)));
        one.update(GatewayModel.EMPTY);
        other.update(GatewayModel.EMPTY);
        assertThat(node.size()).isOne();
        held.clear();
        one.release();
        assertThat(node.size()).isZero();
    }

    @Test
    void anIndexStaysWithItsRegistration() {
        register(target(1, 1), target(2, 1));
        int two = targets.indexOf(ref(2, 1));
        register(target(3, 1), target(2, 1), target(1, 1));
        assertThat(targets.indexOf(ref(2, 1))).isEqualTo(two);
        assertThat(targets.address(two)).isEqualTo(0x0A01_0002);
        assertThat(targets.port(two)).isEqualTo(6081);
        assertThat(targets.ref(two)).isEqualTo(ref(2, 1));
    }

    @Test
    void w10ADeregisteredTargetIsPermittedWhileFlowsHoldIt() {
        register(target(1, 1), target(2, 1));
        int one = targets.indexOf(ref(1, 1));
        held.add(one);
        register(target(2, 1), target(3, 1));
        assertThat(targets.indexOf(ref(1, 1))).isEqualTo(one);
        assertThat(targets.indexOf(ref(3, 1))).isNotEqualTo(one);
        assertThat(targets.permitted(0x0A01_0001)).isTrue();
        held.clear();
        register(target(2, 1), target(3, 1), target(4, 1));
        assertThat(targets.indexOf(ref(1, 1))).isEqualTo(TargetDirectory.NONE);
        assertThat(targets.permitted(0x0A01_0001)).isFalse();
        assertThat(targets.indexOf(ref(4, 1))).as("its index is free now").isEqualTo(one);
    }

    @Test
    void w10ADrainingTargetIsPermitted() {
        register(target(1, 1).deregistered(1_000), target(2, 1));
        assertThat(targets.permitted(0x0A01_0001)).isTrue();
        assertThat(targets.indexOf(ref(1, 1))).isNotEqualTo(TargetDirectory.NONE);
        register(target(2, 1));
        assertThat(targets.permitted(0x0A01_0001)).isFalse();
    }

    /** One that is gone while flows hold it stays at its address, and is not registered. */
    @Test
    void targetsOfOneAddressAreFoundInOrderOfTheirIndexes() {
        register(target(1, 1), target(2, 1));
        int former = targets.indexOf(ref(1, 1));
        held.add(former);
        register(target(2, 1), target(1, 2));
        int present = targets.indexOf(ref(1, 2));
        assertThat(targets.firstAt(0x0A01_0001)).isEqualTo(former).isLessThan(present);
        assertThat(targets.nextAt(former)).isEqualTo(present);
        assertThat(targets.nextAt(present)).isEqualTo(TargetDirectory.NONE);
        assertThat(targets.isRegistered(former)).isFalse();
        assertThat(targets.isRegistered(present)).isTrue();
        assertThat(targets.firstAt(0x0A01_0063)).isEqualTo(TargetDirectory.NONE);
        targets.rejected(0x0A01_0001);
        assertThat(targets.rejectedPackets(former)).isOne();
        assertThat(targets.rejectedPackets(present)).isZero();
    }

    private void registerWithFailOpen(FailOpen failOpen, Target... registered) {
        FailurePolicy policy = new FailurePolicy(TargetFailover.NO_REBALANCE, 0, false, false, failOpen);
        targets.update(new GatewayModel(
                List.of(ZONE),
                List.of(new TargetGroup(
                        GROUP,
                        HealthCheckSpec.DEFAULT,
                        Stickiness.FIVE_TUPLE,
                        policy,
                        DataPathProbe.DEFAULT,
                        PassiveDetection.DEFAULT,
                        0,
                        true,
                        Arrays.asList(registered))),
                List.of(),
                List.of()));
    }

    @Test
    void bypassHasAnIndexAsLongAsTheGroupOrAFlowNeedsIt() {
        registerWithFailOpen(FailOpen.FORWARD, target(1, 1));
        assertThat(targets.indexOf(TargetRef.bypass(GROUP))).isEqualTo(TargetDirectory.NONE);
        registerWithFailOpen(FailOpen.BYPASS, target(1, 1));
        int bypass = targets.indexOf(TargetRef.bypass(GROUP));
        assertThat(targets.isBypass(bypass)).isTrue();
        assertThat(targets.ref(bypass)).isEqualTo(TargetRef.bypass(GROUP));
        assertThat(targets.isBypass(targets.indexOf(ref(1, 1)))).isFalse();
        assertThat(targets.permitted(0)).isFalse();
        targets.sent(bypass, 100);
        assertThat(targets.sentPackets(bypass)).isOne();

        held.add(bypass);
        registerWithFailOpen(FailOpen.DROP, target(1, 1), target(2, 1));
        assertThat(targets.indexOf(TargetRef.bypass(GROUP)))
                .as("a flow holds it")
                .isEqualTo(bypass);
        held.clear();
        registerWithFailOpen(FailOpen.DROP, target(1, 1), target(2, 1), target(3, 1));
        assertThat(targets.indexOf(TargetRef.bypass(GROUP))).isEqualTo(TargetDirectory.NONE);
        assertThat(targets.indexOf(ref(3, 1))).as("its index is free now").isEqualTo(bypass);
        assertThat(targets.isBypass(bypass)).isFalse();
    }

    @Test
    void atTheBoundFurtherTargetsHaveNoIndex() {
        int perGroup = 256;
        List<TargetGroup> groups = groups(0, TargetDirectory.TARGETS_MAX / perGroup + 1, perGroup);
        targets.update(model(groups));
        assertThat(targets.size()).isEqualTo(TargetDirectory.TARGETS_MAX);
        assertThat(targets.indexOf(new TargetRef(groups.getLast().id(), new TargetId("fw-1"), 1)))
                .isEqualTo(TargetDirectory.NONE);
        assertThat(targets.indexOf(new TargetRef(groups.getFirst().id(), new TargetId("fw-1"), 1)))
                .isZero();
    }

    private static List<TargetGroup> groups(int first, int count, int perGroup) {
        List<TargetGroup> groups = new ArrayList<>();
        for (int group = first; group < first + count; group++) {
            List<Target> members = new ArrayList<>();
            for (int number = 0; number < perGroup; number++) {
                members.add(target(number + 1, 1));
            }
            groups.add(new TargetGroup(
                    new TargetGroupId("group-" + group), HealthCheckSpec.DEFAULT, Stickiness.FIVE_TUPLE, members));
        }
        return groups;
    }

    private static GatewayModel model(List<TargetGroup> groups) {
        return new GatewayModel(List.of(ZONE), groups, List.of(), List.of());
    }

    /** Packets wait for an update: of ten thousand targets only those that have gone are asked after. */
    @Test
    void flowsAreLookedForOnlyOfTargetsThatHaveGone() {
        List<Integer> asked = new ArrayList<>();
        TargetDirectory many = new TargetDirectory(index -> {
            asked.add(index);
            return held.contains(index);
        });
        many.update(model(groups(0, 1_000, 10)));
        many.update(model(groups(0, 1_000, 10)));
        many.release();
        assertThat(asked).isEmpty();
        assertThat(many.size()).isEqualTo(10_000);
        held.add(many.indexOf(new TargetRef(new TargetGroupId("group-0"), new TargetId("fw-1"), 1)));
        many.update(model(groups(1, 999, 10)));
        assertThat(asked).hasSize(10);
        assertThat(many.departedCount()).isOne();
        held.clear();
        many.release();
        assertThat(asked).hasSize(11);
        assertThat(many.departedCount()).isZero();
        many.release();
        assertThat(asked).hasSize(11);
    }

    @Test
    void atTheBoundATargetGetsTheIndexThatAFlowHasLeft() {
        int perGroup = 256;
        int count = TargetDirectory.TARGETS_MAX / perGroup;
        targets.update(model(groups(0, count, perGroup)));
        held.add(0);
        targets.update(model(groups(1, count, perGroup)));
        TargetRef last = new TargetRef(new TargetGroupId("group-" + count), new TargetId("fw-256"), 1);
        assertThat(targets.indexOf(last)).isEqualTo(TargetDirectory.NONE);
        targets.release();
        assertThat(targets.indexOf(last)).isEqualTo(TargetDirectory.NONE);
        held.clear();
        targets.release();
        assertThat(targets.indexOf(last)).isZero();
    }

    @Test
    void aTargetRegisteredAnewIsAnotherOne() {
        register(target(1, 1));
        int before = targets.indexOf(ref(1, 1));
        held.add(before);
        targets.sent(before, 100);
        register(target(1, 2));
        int after = targets.indexOf(ref(1, 2));
        assertThat(after).isNotEqualTo(before);
        assertThat(targets.sentPackets(after)).isZero();
        assertThat(targets.sentPackets(before)).isOne();
    }

    @Test
    void permitsTheAddressesOfThreeHundredTargetsAndNoOthers() {
        List<Target> many = new ArrayList<>();
        for (int number = 1; number <= 300; number++) {
            many.add(target(number, 1));
        }
        register(many.toArray(Target[]::new));
        for (int number = 1; number <= 300; number++) {
            assertThat(targets.permitted(0x0A01_0000 + number)).isTrue();
        }
        for (int number = 301; number <= 5_000; number++) {
            assertThat(targets.permitted(0x0A01_0000 + number)).isFalse();
        }
        assertThat(targets.permitted(0)).isFalse();
    }

    @Test
    void permitsNobodyBeforeItKnowsAnyTarget() {
        assertThat(targets.permitted(0x0A01_0001)).isFalse();
    }

    @Test
    void countsForEachTarget() {
        register(target(1, 1), target(2, 1));
        int two = targets.indexOf(ref(2, 1));
        targets.sent(two, 100);
        targets.sent(two, 50);
        targets.returned(two, 100);
        targets.rejected(0x0A01_0002);
        targets.rejected(0x0A01_0063);
        assertThat(targets.sentPackets(two)).isEqualTo(2);
        assertThat(targets.sentBytes(two)).isEqualTo(150);
        assertThat(targets.returnedPackets(two)).isOne();
        assertThat(targets.returnedBytes(two)).isEqualTo(100);
        assertThat(targets.rejectedPackets(two)).isOne();
        assertThat(targets.sentPackets(targets.indexOf(ref(1, 1)))).isZero();
    }
}
