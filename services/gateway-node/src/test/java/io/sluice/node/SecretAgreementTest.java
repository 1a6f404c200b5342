// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.bus.cluster.Admission.Verdict;
import io.sluice.bus.cluster.Admission.Verdict.Kind;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.id.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretAgreementTest {

    private static final String OLD = "old";
    private static final String NEW = "new";

    private static SecretAgreement node(String issuing, @Nullable String accepted) {
        return new SecretAgreement(
                new MasterSecrets(secret(issuing), accepted == null ? null : secret(accepted)), "cluster");
    }

    private static byte[] secret(String name) {
        return (name + " secret of thirty-two bytes or more").getBytes(StandardCharsets.US_ASCII);
    }

    /** Issuing and accepted secret of a member that is there, then of the node that joins it. */
    @ParameterizedTest
    @CsvSource({
        "old,    , old,    , agree", // no change
        "old,    , old, new, agree", // amid pass 1
        "old, new, old,    , agree",
        "old, new, new, old, agree", // amid pass 2
        "new, old, old, new, agree",
        "new, old, new,    , agree", // amid pass 3
        "old,    , new, old, apart", // pass 1 left out
        "new, old, old,    , apart",
        "old, new, new,    , apart",
        "old,    , new,    , refused",
        "old,    , new, xxx, refused",
        "old, new, xxx,    , refused",
    })
    void aChangeOfTheSecretPassesAndAnotherSecretDoesNot(
            String thereIssues,
            @Nullable String thereAccepts,
            String issues,
            @Nullable String accepts,
            String verdict) {
        NodeId there = new NodeId("gw-1");
        Map<NodeId, String> members =
                Map.of(there, node(thereIssues, thereAccepts).announcement());
        SecretAgreement joining = node(issues, accepts);

        Verdict judged = joining.judge(name -> members);
        assertThat(judged.kind()).isEqualTo(verdict.equals("refused") ? Kind.REFUSED : Kind.ADMITTED);
        if (verdict.equals("refused")) {
            assertThat(judged.reason()).startsWith("node.secret-file: ").contains("'gw-1'");
        } else {
            assertThat(joining.apart(members).isPresent()).isEqualTo(verdict.equals("apart"));
        }
    }

    /** One that is about to be refused itself keeps nobody out for good. */
    @Test
    void aStrangerAmongOthersIsDoubtedFirst() {
        Map<NodeId, String> members = new LinkedHashMap<>();
        members.put(new NodeId("gw-1"), node(OLD, null).announcement());
        members.put(new NodeId("gw-2"), node(OLD, NEW).announcement());
        members.put(new NodeId("gw-3"), node("third", null).announcement());

        Verdict judged = node(OLD, null).judge(name -> members);
        assertThat(judged.kind()).isEqualTo(Kind.DOUBTED);
        assertThat(judged.reason()).contains("'gw-3'");
        assertThat(node("any", null).judge(name -> Map.of()).kind())
                .as("the first of a cluster")
                .isEqualTo(Kind.ADMITTED);
    }

    @Test
    void theSameSecretInAnotherClusterHasAnotherFingerprint() {
        MasterSecrets secrets = new MasterSecrets(secret(OLD), null);
        assertThat(new SecretAgreement(secrets, "a").announcement())
                .isNotEqualTo(new SecretAgreement(secrets, "b").announcement());
    }

    @Test
    void whatIsAnnouncedIsNotTheSecret() {
        String announcement = node(OLD, NEW).announcement();

        for (String name : new String[] {OLD, NEW}) {
            assertThat(announcement)
                    .doesNotContain(name)
                    .doesNotContain(HexFormat.of().formatHex(secret(name)));
        }
        assertThat(announcement).matches("[0-9a-f]{64} [0-9a-f]{64}");
    }
}
