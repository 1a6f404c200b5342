// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge of a scene must see whatever a gateway could do wrong in it. */
class SceneJudgeTest {
    private static final String DEAD = "fw-az1-a";
    private static final String ALIVE = "fw-az1-b";
    private static final Site FIRST = Site.first(Zone.ALL.get(0));

    record Flaw(String name, Scene.Existing existing, UnaryOperator<List<TalkView>> makesWrong, String problem) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int NEW = 0;
    private static final int TWIN = 1;
    private static final int ON_DEAD_TCP = 2;
    private static final int ON_DEAD_UDP = 3;
    private static final int ON_ALIVE = 4;
    private static final int QUIET = 5;

    private static TalkView view(Site site, int protocol, int port, boolean isNew, String pinned, boolean works) {
        Set<Integer> cookies = Set.of(site.spoke() * 100_000 + port);
        return new TalkView(
                site,
                new FlowName(protocol, HostAddress.of("10.20.1.5"), port, HostAddress.of(DemoTopology.INTERNET), 9),
                isNew,
                pinned,
                false,
                true,
                works,
                false,
                works ? Set.of(site.serverName()) : Set.of(),
                Set.of(pinned.isEmpty() ? ALIVE : pinned),
                cookies,
                isNew ? Set.of() : cookies);
    }

    /** What a right gateway does while the first of two appliances is dead. */
    private static List<TalkView> right(Scene.Existing existing) {
        TalkView tcp = view(FIRST, FlowName.TCP, 3, false, DEAD, false);
        TalkView udp = view(FIRST, FlowName.UDP, 4, false, DEAD, false);
        if (existing == Scene.Existing.RESET) {
            tcp = new Change(tcp).reset(true).view();
        } else if (existing == Scene.Existing.MOVE) {
            tcp = new Change(tcp).answered(true).seenAt(ALIVE).cookies(33).view();
            udp = new Change(udp).answered(true).seenAt(ALIVE).cookies(44).view();
        }
        TalkView quiet = view(FIRST, FlowName.TCP, 6, false, DEAD, true);
        return new ArrayList<>(List.of(
                view(FIRST, FlowName.TCP, 1, true, "", true),
                view(Site.SECOND, FlowName.TCP, 1, true, "", true),
                tcp,
                udp,
                view(FIRST, FlowName.UDP, 5, false, ALIVE, true),
                new Change(quiet).asked(false).seenAt().cookies().view()));
    }

    private static SceneJudge.Finding judge(
            Scene.Existing existing, List<TalkView> flows, Map<String, Set<String>> scouted) {
        Scene scene = new Scene(
                List.of(), Set.of(ALIVE), Map.of("az1", Set.of(ALIVE)), existing, false, List.of(), List.of());
        return new SceneJudge(scene, Set.of(ALIVE)).judge(flows, scouted);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void findsNothingWrongInWhatIsRight(Scene.Existing existing) {
        SceneJudge.Finding finding = judge(existing, right(existing), Map.of("az1", Set.of(ALIVE)));

        assertThat(finding.problems()).isEmpty();
        assertThat(finding.newFlows()).isEqualTo("az1 {fw-az1-b=2}, 2 of 2 answered");
        assertThat(finding.pairs()).startsWith("1 pairs");
    }

    static List<Scene.Existing> policies() {
        return List.of(Scene.Existing.values());
    }

    static List<Flaw> flaws() {
        return List.of(
                flaw(
                        "new flow at another appliance",
                        Scene.Existing.STAY,
                        NEW,
                        c -> c.seenAt(DEAD),
                        "new flows of az1"),
                flaw("new flow at two", Scene.Existing.STAY, NEW, c -> c.seenAt(ALIVE, DEAD), "was seen at"),
                flaw("new flow at none", Scene.Existing.STAY, NEW, c -> c.seenAt(), "was seen at"),
                flaw("new flow with two cookies", Scene.Existing.STAY, NEW, c -> c.cookies(1, 2), "2 cookies"),
                flaw("new flow not answered", Scene.Existing.STAY, NEW, c -> c.answered(false), "got no answer"),
                flaw("twin with the same cookie", Scene.Existing.STAY, TWIN, c -> c.cookies(100_001), "has the cookie"),
                flaw("wrong spoke's server", Scene.Existing.STAY, TWIN, c -> c.answeredBy("spoke-1"), "answered by"),
                flaw("pinned flow moved", Scene.Existing.STAY, ON_DEAD_UDP, c -> c.seenAt(ALIVE), "was pinned to"),
                flaw("pinned flow seen twice", Scene.Existing.STAY, ON_DEAD_TCP, c -> c.seenAt(ALIVE, DEAD), "pinned"),
                flaw("pinned flow, new cookie", Scene.Existing.STAY, ON_DEAD_TCP, c -> c.cookies(77), "was pinned to"),
                flaw("pinned flow reset", Scene.Existing.STAY, ON_DEAD_TCP, c -> c.reset(true), "was reset"),
                flaw("stalled flow answered", Scene.Existing.STAY, ON_DEAD_TCP, c -> c.answered(true), "got an answer"),
                flaw("other flow stalled", Scene.Existing.STAY, ON_ALIVE, c -> c.answered(false), "got no answer"),
                flaw("other flow moved", Scene.Existing.MOVE, ON_ALIVE, c -> c.seenAt(DEAD), "was pinned to"),
                flaw("no reset", Scene.Existing.RESET, ON_DEAD_TCP, c -> c.reset(false), "was not reset"),
                flaw("UDP moved instead", Scene.Existing.RESET, ON_DEAD_UDP, c -> c.seenAt(ALIVE), "was pinned to"),
                flaw("quiet flow reset", Scene.Existing.RESET, QUIET, c -> c.reset(true), "said nothing"),
                flaw("did not move", Scene.Existing.MOVE, ON_DEAD_UDP, c -> c.seenAt(DEAD), "moved to"),
                flaw("moved with its cookie", Scene.Existing.MOVE, ON_DEAD_UDP, c -> c.cookies(100_004), "its cookie"),
                flaw("reset, not moved", Scene.Existing.MOVE, ON_DEAD_TCP, c -> c.reset(true), "was reset"));
    }

    private static Flaw flaw(
            String name, Scene.Existing existing, int index, UnaryOperator<Change> makesWrong, String problem) {
        return new Flaw(
                name,
                existing,
                flows -> {
                    flows.set(
                            index,
                            makesWrong.apply(new Change(flows.get(index))).view());
                    return flows;
                },
                problem);
    }

    @ParameterizedTest
    @MethodSource("flaws")
    void saysWhatIsWrong(Flaw flaw) {
        List<TalkView> flows = flaw.makesWrong().apply(right(flaw.existing()));

        SceneJudge.Finding finding = judge(flaw.existing(), flows, Map.of());

        assertThat(finding.ok()).isFalse();
        assertThat(finding.problems()).anySatisfy(problem -> assertThat(problem).contains(flaw.problem()));
    }

    @Test
    void wantsEveryExpectedApplianceUsed() {
        Scene scene = new Scene(
                List.of(),
                Set.of(ALIVE),
                Map.of("az1", Set.of(ALIVE, DEAD)),
                Scene.Existing.STAY,
                false,
                List.of(),
                List.of());
        List<TalkView> flows = right(Scene.Existing.STAY);

        assertThat(new SceneJudge(scene, Set.of(ALIVE)).judge(flows, Map.of()).problems())
                .containsExactly("new flows of az1 go to [fw-az1-b], not to [fw-az1-a, fw-az1-b]");
        assertThat(new SceneJudge(scene, Set.of(ALIVE))
                        .judge(flows, Map.of("az1", Set.of(DEAD)))
                        .problems())
                .isEmpty();
    }

    /** A view with something changed. */
    private static final class Change {
        private TalkView view;

        Change(TalkView view) {
            this.view = view;
        }

        TalkView view() {
            return view;
        }

        Change asked(boolean asked) {
            return with(asked, view.answered(), view.reset(), view.answeredBy(), view.seenAt(), view.cookies());
        }

        Change answered(boolean answered) {
            return with(view.asked(), answered, view.reset(), view.answeredBy(), view.seenAt(), view.cookies());
        }

        Change reset(boolean reset) {
            return with(view.asked(), view.answered(), reset, view.answeredBy(), view.seenAt(), view.cookies());
        }

        Change answeredBy(String server) {
            return with(view.asked(), view.answered(), view.reset(), Set.of(server), view.seenAt(), view.cookies());
        }

        Change seenAt(String... appliances) {
            return with(
                    view.asked(), view.answered(), view.reset(), view.answeredBy(), Set.of(appliances), view.cookies());
        }

        Change cookies(Integer... cookies) {
            return with(view.asked(), view.answered(), view.reset(), view.answeredBy(), view.seenAt(), Set.of(cookies));
        }

        private Change with(
                boolean asked,
                boolean answered,
                boolean reset,
                Set<String> answeredBy,
                Set<String> seenAt,
                Set<Integer> cookies) {
            view = new TalkView(
                    view.site(),
                    view.name(),
                    view.isNew(),
                    view.pinned(),
                    view.stalled(),
                    asked,
                    answered,
                    reset,
                    answeredBy,
                    seenAt,
                    cookies,
                    view.earlierCookies());
            return this;
        }
    }
}
