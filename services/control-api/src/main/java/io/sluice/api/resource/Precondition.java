// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.ProblemCode;
import io.sluice.model.config.ConfigRevision;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a write asks to be true before it happens (RFC 9110 §13.1): {@code If-Match} with a resource's {@code ETag}, with
 * the configuration's revision number in quotes, or {@code *} for "it is there"; {@code If-None-Match: *} for "it is not".
 *
 * <p><b>Threading</b>: immutable.
 */
public final class Precondition {

    private static final String ANY = "*";
    private static final Pattern REVISION = Pattern.compile("\"([0-9]{1,18})\"");
    private static final Pattern DIGEST = Pattern.compile("\"d[0-9a-f]{16}\"");

    private final @Nullable String ifMatch;
    private final boolean createOnly;

    private Precondition(@Nullable String ifMatch, boolean createOnly) {
        this.ifMatch = ifMatch;
        this.createOnly = createOnly;
    }

    /**
     * Reads the two headers.
     *
     * @param ifMatch null where it is absent
     * @param ifNoneMatch null where it is absent
     * @throws Refusal where one of them says something else
     */
    public static Precondition of(@Nullable String ifMatch, @Nullable String ifNoneMatch) throws Refusal {
        if (ifMatch != null
                && !ifMatch.equals(ANY)
                && !REVISION.matcher(ifMatch).matches()
                && !DIGEST.matcher(ifMatch).matches()) {
            throw Refusal.of(
                    400,
                    ProblemCode.INVALID_PARAMETER,
                    "If-Match",
                    "expected the ETag of a GET, or a revision number in quotes, for example \"7\"");
        }
        if (ifNoneMatch != null && !ifNoneMatch.equals(ANY)) {
            throw Refusal.of(400, ProblemCode.INVALID_PARAMETER, "If-None-Match", "expected *");
        }
        return new Precondition(ifMatch, ifNoneMatch != null);
    }

    /**
     * The revision that the configuration as a whole must have; empty for any.
     *
     * @throws Refusal where the header has the {@code ETag} of a single resource, or there must be no configuration
     */
    public OptionalLong revision() throws Refusal {
        if (createOnly) {
            throw Refusal.of(
                    412,
                    ProblemCode.ALREADY_EXISTS,
                    "If-None-Match",
                    "there is always a configuration: expected If-Match with its revision, or neither");
        }
        if (ifMatch == null || ifMatch.equals(ANY)) {
            return OptionalLong.empty();
        }
        Matcher revision = REVISION.matcher(ifMatch);
        if (!revision.matches()) {
            throw Refusal.of(
                    400,
                    ProblemCode.INVALID_PARAMETER,
                    "If-Match",
                    "this is no revision number: expected one in quotes, for example \"7\"");
        }
        return OptionalLong.of(Long.parseLong(revision.group(1)));
    }

    /**
     * Checks a resource as it is now.
     *
     * @param etag its {@code ETag}; null where it is not there
     * @param current the revision it is of
     * @throws Refusal where the write must not happen
     */
    public void check(String kind, String name, @Nullable String etag, ConfigRevision current) throws Refusal {
        if (createOnly && etag != null) {
            throw Refusal.of(
                    412,
                    ProblemCode.ALREADY_EXISTS,
                    "If-None-Match",
                    kind + " " + name + " is there: expected another name");
        }
        if (ifMatch == null) {
            return;
        }
        Matcher revision = REVISION.matcher(ifMatch);
        if (revision.matches()) {
            if (Long.parseLong(revision.group(1)) != current.number()) {
                throw Refusal.stale(current.number());
            }
        } else if (etag == null) {
            throw Refusal.stale("there is no " + kind + " " + name + " any more", current.number());
        } else if (!ifMatch.equals(ANY) && !ifMatch.equals(etag)) {
            throw Refusal.stale(
                    kind + " " + name + " has changed: expected a request made for its ETag " + etag
                            + ", or for revision " + current.number(),
                    current.number());
        }
    }
}
