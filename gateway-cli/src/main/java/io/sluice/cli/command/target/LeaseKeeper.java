// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.ExitCode;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import io.sluice.cli.client.Call;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps a target registered: renews its lease each third of it, and deregisters it when the process is told to end.
 *
 * <p>A renewal says nothing of the target, so that what an operator has changed of it stays. Only one that is not
 * registered any more is registered again as it was at first.
 *
 * <p>A gateway that is busy, or starts, is asked again after a sixth of the lease, for ever; once it has registered the target
 * also one that cannot be reached: it may come back, and then registers the target anew. Only a refusal ends this; that there
 * is no such path or group only where it is said for as long as a lease: a path is missed by what stands before a gateway that
 * starts, and a group by who applies a document that leaves it out and then one that does not.
 *
 * <p><b>Threading</b>: the caller's thread does everything; the shutdown hook only tells it and waits for it.
 */
final class LeaseKeeper {

    private static final int RENEWALS_PER_LEASE = 3;
    private static final int ATTEMPTS_PER_LEASE = 6;
    private static final Duration GOODBYE_MAX = Duration.ofSeconds(10);

    /** Statuses that say nothing against the request itself; all of 500 and above are of this kind too. */
    private static final Set<Integer> PASSING = Set.of(408, 429);

    private static final int SERVER_ERROR = 500;

    /** The answer to a renewal of what is not registered. */
    private static final int NOT_THERE = 412;

    /** The answer where the group, or the whole path, is not there. */
    private static final int NO_SUCH_PATH = 404;

    /** What is done with the answer to the first registration. */
    @FunctionalInterface
    interface Registered {
        void with(Answer answer) throws CommandFailure;
    }

    /** Waits for an answer as long as any command. */
    private final AdminClient registrar;

    private final AdminClient client;
    private final String path;
    private final ObjectNode body;
    private final Lease lease;
    private final Consumer<String> talk;
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);

    /** Answers in a row that there is no such path or group. */
    private int missing;

    /**
     * @param client the gateway
     * @param path the target's route
     * @param body the target
     * @param lease how long it stays registered without a word from here
     * @param talk says what happens, a line each
     */
    LeaseKeeper(AdminClient client, String path, ObjectNode body, Lease lease, Consumer<String> talk) {
        this.registrar = client;
        this.client = client.patient(lease.duration().dividedBy(RENEWALS_PER_LEASE));
        this.path = path;
        this.body = body;
        this.lease = lease;
        this.talk = talk;
    }

    /**
     * Registers the target and keeps it so until the process ends.
     *
     * @param registered takes the first answer
     */
    void keep(Registered registered) throws CommandFailure {
        Answer first = registrar.send(registration());
        while (isPassing(first)) {
            talk.accept("not registered, trying again: HTTP " + first.status());
            waitedOr(lease.duration().dividedBy(ATTEMPTS_PER_LEASE));
            first = registrar.send(registration());
        }
        registered.with(registrar.expectDone(path, first));
        talk.accept("registered " + path + ", lease " + lease.text() + "; ends with SIGTERM");
        Thread hook = new Thread(this::end, "end-of-lease");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            renewUntilTold();
            deregister();
        } finally {
            gone.countDown();
        }
    }

    private void renewUntilTold() throws CommandFailure {
        boolean lost = false;
        while (!waitedOr(lease.duration().dividedBy(lost ? ATTEMPTS_PER_LEASE : RENEWALS_PER_LEASE))) {
            String why = renewed();
            if (!why.isEmpty() && !lost) {
                talk.accept("not renewed, trying again: " + why);
            } else if (why.isEmpty() && lost) {
                talk.accept("renewed");
            }
            lost = !why.isEmpty();
        }
    }

    /** Renews; why it could not for now, or empty. */
    private String renewed() throws CommandFailure {
        int missingBefore = missing;
        missing = 0;
        Answer answer;
        try {
            answer = client.send(renewal());
            if (answer.status() == NOT_THERE) {
                talk.accept("not registered any more, registering again");
                answer = client.send(registration());
            }
        } catch (CommandFailure unreachable) {
            return String.valueOf(unreachable.getMessage());
        }
        if (isPassing(answer)) {
            return "HTTP " + answer.status();
        }
        if (answer.status() == NO_SUCH_PATH) {
            missing = missingBefore + 1;
            if (missing < ATTEMPTS_PER_LEASE) {
                return "HTTP " + answer.status();
            }
        }
        client.expectDone(path, answer);
        return "";
    }

    private static boolean isPassing(Answer answer) {
        return answer.status() >= SERVER_ERROR || PASSING.contains(answer.status());
    }

    private Call registration() {
        return Call.of("PUT", path).query("lease", lease.text()).json("application/json", body);
    }

    private Call renewal() {
        return Call.of("PUT", path).query("lease", lease.text()).ifThere();
    }

    private void deregister() throws CommandFailure {
        try {
            client.done(Call.of("DELETE", path));
            talk.accept("deregistered " + path);
        } catch (CommandFailure failed) {
            throw new CommandFailure(
                    failed.exitCode(),
                    "not deregistered, so the lease ends within " + lease.text() + ": " + failed.getMessage());
        }
    }

    /** Whether the process was told to end before the time was over. */
    private boolean waitedOr(Duration time) throws CommandFailure {
        try {
            return told.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILED, "interrupted");
        }
    }

    private void end() {
        told.countDown();
        try {
            if (!gone.await(GOODBYE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                talk.accept("not deregistered in time: the lease ends within " + lease.text());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
