// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.ConfigDesk;
import io.sluice.api.InvalidDocument;
import io.sluice.api.ProblemCode;
import io.sluice.model.config.InvalidModelException;
import io.sluice.model.id.LoadBalancerId;
import java.util.List;
import java.util.stream.Collectors;

/** A request that is refused, and that changes nothing: what the reply says of it. */
public final class Refusal extends Exception {

    private static final long serialVersionUID = 1;

    private static final long NO_REVISION = -1;

    private final int status;
    private final ProblemCode code;
    private final String field;
    private final long revision;
    private final transient List<String> users;
    private final transient List<InvalidDocument.Problem> problems;

    private Refusal(
            int status,
            ProblemCode code,
            String field,
            String detail,
            long revision,
            List<String> users,
            List<InvalidDocument.Problem> problems) {
        super(detail);
        this.status = status;
        this.code = code;
        this.field = field;
        this.revision = revision;
        this.users = List.copyOf(users);
        this.problems = List.copyOf(problems);
    }

    /**
     * A refusal.
     *
     * @param status HTTP status
     * @param code stable word for programs
     * @param field parameter or key that is wrong; empty where there is none
     * @param detail what is wrong and what would be valid
     */
    public static Refusal of(int status, ProblemCode code, String field, String detail) {
        return new Refusal(status, code, field, detail, NO_REVISION, List.of(), List.of());
    }

    /** There is no such resource. */
    public static Refusal absent(String kind, String name) {
        return of(404, ProblemCode.NOT_FOUND, "", "there is no " + kind + " " + name);
    }

    /** Something else than what the request was made for is there now. */
    public static Refusal stale(String detail, long revision) {
        return new Refusal(412, ProblemCode.STALE_REVISION, "If-Match", detail, revision, List.of(), List.of());
    }

    /** The configuration has another revision than the request was made for. */
    public static Refusal stale(long revision) {
        return stale("the configuration has revision " + revision + ": expected a request made for that one", revision);
    }

    /** It is in use; the users say by what. */
    public static Refusal inUse(String kind, String name, List<String> users) {
        return new Refusal(
                409,
                ProblemCode.IN_USE,
                "",
                kind + " " + name + " is used by " + String.join(", ", users) + ": expected nothing to use it before",
                NO_REVISION,
                users,
                List.of());
    }

    /** A body that cannot be used, with everything that is wrong in it. */
    public static Refusal of(InvalidDocument invalid) {
        return new Refusal(
                400,
                ProblemCode.INVALID_DOCUMENT,
                invalid.problems().size() == 1 ? invalid.problems().getFirst().key() : "",
                invalid.problems().size() == 1
                        ? invalid.problems().getFirst().detail()
                        : "the document cannot be used: problems has everything that is wrong in it",
                NO_REVISION,
                List.of(),
                invalid.problems());
    }

    /**
     * A resource that does not go together with the rest.
     *
     * @param kind kind of the resource that was to change
     * @param name its name
     * @param invalid what does not go together
     */
    public static Refusal of(String kind, String name, InvalidModelException invalid) {
        boolean own = invalid.kind().equals(kind) && invalid.name().equals(name);
        String key = own ? invalid.key() : invalid.kind() + " " + invalid.name() + ": " + invalid.key();
        String detail = String.valueOf(invalid.getMessage());
        return new Refusal(
                own ? 400 : 409,
                own ? ProblemCode.INVALID_DOCUMENT : ProblemCode.CONFLICT,
                key,
                detail,
                NO_REVISION,
                List.of(),
                List.of(new InvalidDocument.Problem(0, key, detail)));
    }

    /** What the desk refused. */
    public static Refusal of(ConfigDesk.Protected kept) {
        return of(
                409,
                ProblemCode.DELETION_PROTECTED,
                "load-balancers",
                "deletion-protection keeps "
                        + kept.loadBalancers().stream()
                                .map(LoadBalancerId::name)
                                .collect(Collectors.joining(", "))
                        + ": expected it to stay, or deletion-protection false before");
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** Stable word for programs. */
    public ProblemCode code() {
        return code;
    }

    /** Parameter or key that is wrong; empty where there is none. */
    public String field() {
        return field;
    }

    /** What is wrong and what would be valid. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** Whether the current revision belongs to the answer. */
    public boolean hasRevision() {
        return revision != NO_REVISION;
    }

    /** The current revision. */
    public long revision() {
        return revision;
    }

    /** What uses the resource; empty where that is not the matter. */
    public List<String> users() {
        return users;
    }

    /** Everything that is wrong in a body; empty where that is not the matter. */
    public List<InvalidDocument.Problem> problems() {
        return problems;
    }
}
