// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lab.net.CommandRunner;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.net.Topology;
import io.sluice.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions and answers over loopback. */
class ConversationTest {
    private final Namespace here = new Topology(new CommandRunner()).own();

    private static InetSocketAddress local(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static boolean comes(Conversation conversation, BooleanSupplier holds) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!holds.getAsBoolean() && System.nanoTime() - deadlineNs < 0) {
            conversation.poll();
            Thread.onSpinWait();
        }
        return holds.getAsBoolean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyQuestionIsAnsweredByName(boolean tcp) throws IOException {
        int port = FreePorts.next();
        AnswerServer server = AnswerServer.start(here, port, "first");
        try (Conversation conversation = Conversation.open(here, tcp, local(0), local(port))) {
            assertThat(conversation.answered()).isFalse();
            for (int i = 0; i < 3; i++) {
                conversation.ask();
                assertThat(comes(conversation, conversation::answered)).isTrue();
            }
            assertThat(conversation.answeredBy()).containsExactly("first");
            server.close();
            assertThat(!tcp || comes(conversation, conversation::broken)).isTrue();
        } finally {
            server.close(); // once more does nothing
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aQuestionWithoutAnswerIsOpen(boolean tcp) throws IOException {
        int port = FreePorts.next();
        try (Conversation conversation = Conversation.open(here, tcp, local(0), local(port))) {
            conversation.ask();
            if (tcp) {
                assertThat(comes(conversation, conversation::broken)).isTrue();
            }
            assertThat(conversation.answered()).isFalse();
            try (AnswerServer server = AnswerServer.start(here, port, "late")) {
                assertThat(server).isNotNull();
                conversation.repeat();
                assertThat(tcp || comes(conversation, conversation::answered)).isTrue();
            }
        }
    }
}
