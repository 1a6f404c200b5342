// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of {@link HouseRules} twice: over the house, and over fixtures that break it. */
class HouseTest {

    private static final String FIXTURE_ROOT = "io.sluice.architecture.fixture";

    /** The house itself. A room that has no classes yet is no failure; the fixtures show that the rules bite. */
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.sluice");

    private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(FIXTURE_ROOT);

    private static final Path HOUSE_FIXTURES = Tree.root().resolve("shared-model/src/test/resources/wire");
    private static final Path TEST_FIXTURES =
            Tree.root().resolve("services/architecture-tests/src/test/resources/fixture/wire");

    /** One rule for both trees, and the fixtures that must break it; no other fixture may. */
    record Case(String name, ArchRule house, ArchRule fixtures, Set<String> violators) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        HouseRules house = new HouseRules("io.sluice");
        HouseRules broken = new HouseRules(FIXTURE_ROOT);
        return List.of(
                new Case(
                        "cores are pure",
                        house.coresArePure(),
                        broken.coresArePure(),
                        Set.of("CoreWithToolkit", "CoreWithLog", "CoreWithChannel")),
                new Case(
                        "cores read no clock",
                        house.coresReadNoClock(),
                        broken.coresReadNoClock(),
                        Set.of("PacketThatReadsClock", "IdWithClock", "IdWithInstant")),
                new Case(
                        "cores do not synchronize",
                        house.coresDoNotSynchronize(),
                        broken.coresDoNotSynchronize(),
                        Set.of("CoreWithMonitorBlock", "CoreWithMonitorMethod")),
                new Case(
                        "cores know their own",
                        house.coresKnowTheirOwn(),
                        broken.coresKnowTheirOwn(),
                        Set.of("HashingThatKnowsFlows", "PipelineThatKnowsHealth")),
                new Case(
                        "cores are known by their room",
                        house.coresAreKnownByTheirRoom(),
                        broken.coresAreKnownByTheirRoom(),
                        Set.of("RouteThatKnowsFlows")),
                new Case(
                        "snapshots are made in one place",
                        house.snapshotsAreMadeInOnePlace(),
                        broken.snapshotsAreMadeInOnePlace(),
                        Set.of("DeciderThatMakesSnapshots")),
                new Case(
                        "verticles do not know each other",
                        house.verticlesDoNotKnowEachOther(),
                        broken.verticlesDoNotKnowEachOther(),
                        Set.of("VerticleThatKnowsAnother")),
                new Case(
                        "verticles are thin shells",
                        house.verticlesAreThinShells(),
                        broken.verticlesAreThinShells(),
                        Set.of("VerticleOfTheOldKind", "MutableVerticle", "TwoDoorVerticle")),
                new Case(
                        "cli knows the model only",
                        house.cliKnowsTheModelOnly(),
                        broken.cliKnowsTheModelOnly(),
                        Set.of("CliThatKnowsTheBus")),
                new Case(
                        "lab knows none of ours",
                        house.labKnowsNoneOfOurs(),
                        broken.labKnowsNoneOfOurs(),
                        Set.of("LabThatKnowsTheModel")),
                new Case(
                        "nothing knows lab, perf or testkit",
                        house.nothingKnowsLabPerfOrTestkit(),
                        broken.nothingKnowsLabPerfOrTestkit(),
                        Set.of("MetricsThatKnowTheLab")),
                new Case(
                        "only node reads configuration",
                        house.onlyNodeReadsConfiguration(),
                        broken.onlyNodeReadsConfiguration(),
                        Set.of("RouteThatReadsTheEnvironment", "RouteThatParsesConfiguration")),
                new Case(
                        "addresses are written in one place",
                        house.addressesAreWrittenInOnePlace(),
                        broken.addressesAreWrittenInOnePlace(),
                        Set.of("MetricsWithAddress", "RouteThatGluesAnAddress")),
                new Case(
                        "messages have codec and fixture",
                        house.messagesHaveCodecAndFixture(HOUSE_FIXTURES),
                        broken.messagesHaveCodecAndFixture(TEST_FIXTURES),
                        Set.of("MessageWithoutCodec", "MessageWithoutFixture", "MessageThatIsAClass")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void houseKeepsTheRule(Case rule) {
        rule.house.allowEmptyShould(true).check(HOUSE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void ruleCatchesExactlyTheFixturesThatBreakIt(Case rule) {
        Set<String> caught = new TreeSet<>();
        for (String detail : rule.fixtures.evaluate(FIXTURES).getFailureReport().getDetails()) {
            String className = detail.substring(0, detail.indexOf(' '));
            caught.add(className.substring(className.lastIndexOf('.') + 1));
        }

        assertThat(caught).isEqualTo(new TreeSet<>(rule.violators));
    }

    @Test
    void roomsOfTheHouseAreFreeOfCycles() {
        new HouseRules("io.sluice")
                .roomsAreFreeOfCycles()
                .allowEmptyShould(true)
                .check(HOUSE);
    }

    @Test
    void cycleOfRoomsIsCaught() {
        var report = new HouseRules(FIXTURE_ROOT)
                .roomsAreFreeOfCycles()
                .evaluate(FIXTURES)
                .getFailureReport();

        assertThat(report.getDetails()).hasSize(1);
        assertThat(report.getDetails().getFirst())
                .contains("FirstOfTheCycle", "SecondOfTheCycle")
                .doesNotContain("CoreOfFlows");
    }

    /** Guards against rules that hold because nothing was looked at. */
    @Test
    void everyRoomOnTheClassPathIsLookedAt() {
        Set<String> rooms = new TreeSet<>();
        HOUSE.forEach(javaClass -> rooms.add(javaClass.getPackageName()));

        assertThat(rooms).contains("io.sluice.model.message", "io.sluice.packet", "io.sluice.node", "io.sluice.cli");
        assertThat(rooms.stream()
                        .flatMap(name -> Stream.of(name.split("\\.")).skip(2).limit(1)))
                .doesNotContain("architecture");
    }
}
