// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.util.Locale;

/** The stable words for programs of problems that the admin port answers; one word for one thing, for good. */
public enum ProblemCode {
    /** Not HTTP, or not well-formed. */
    BAD_REQUEST("400", "the request, its path, its query or its body is not well-formed"),
    /** A parameter or header. */
    INVALID_PARAMETER("400", "a parameter or header is missing, unknown, there twice, or has a value it cannot have"),
    /** A body. */
    INVALID_DOCUMENT("400", "the body says something that cannot be: `problems` has everything that is wrong in it"),
    /** No token. */
    UNAUTHENTICATED("401", "no token was shown, or one that counts no more"),
    /** Another role. */
    FORBIDDEN("403", "the token's role may not do this"),
    /** A browser. */
    FOREIGN_ORIGIN("403", "a browser asks for a page of another site"),
    /** Nothing there. */
    NOT_FOUND("404", "there is no such path or resource"),
    /** Another method. */
    METHOD_NOT_ALLOWED("405", "the path is there, with other methods: `Allow` has them"),
    /** A body. */
    TOO_SLOW("408", "the request's body did not come to its end in time"),
    /** The name is taken. */
    ALREADY_EXISTS("409, 412", "there is something else of that name, or `If-None-Match: *` was asked for"),
    /** Others need it. */
    IN_USE("409", "others use it: `users` has them"),
    /** With something else. */
    CONFLICT("409", "it does not go together with something else in the configuration"),
    /** Protected. */
    DELETION_PROTECTED("409", "a load balancer that is protected from deletion would go"),
    /** The first token. */
    ADMIN_FIRST("409", "the first token must be an admin's that does not end"),
    /** The last token. */
    LAST_ADMIN("409", "nobody could make tokens any more"),
    /** Full. */
    TOO_MANY_TOKENS("409", "there are as many tokens as there may be"),
    /** Compare and set. */
    STALE_REVISION("412", "it was changed since: `revision` has the current one"),
    /** Too long. */
    TOO_LARGE("413, 414, 431", "the body, the first line or the headers are too long"),
    /** An expectation. */
    UNKNOWN_EXPECTATION("417", "`Expect` says something else than `100-continue`"),
    /** Another host. */
    MISDIRECTED_REQUEST("421", "the request names a host that is neither an address nor localhost"),
    /** Guessing. */
    TOO_MANY_ATTEMPTS("429", "too many wrong tokens came from this address: `Retry-After` says when to try again"),
    /** Haste. */
    TOO_MANY_REQUESTS("429", "too many requests at once: `Retry-After` says when to try again"),
    /** A fault of ours. */
    INTERNAL_ERROR("500", "a fault of the gateway's; the node's log has more"),
    /** No room. */
    BUSY("503", "other requests' bodies take all the room there is: `Retry-After` says when to try again"),
    /** Not yet. */
    STARTING("503", "the node is starting: `Retry-After` says when to try again"),
    /** The disk. */
    STORE_UNAVAILABLE(
            "503", "what was asked for cannot be kept: `detail` says whether it may yet take effect in a cluster"),
    /** Too few nodes. */
    NO_MAJORITY("503", "a write needs the votes of more than half of the cluster's nodes: `detail` says what there is"),
    /** Too many writers. */
    CONTENDED(
            "503",
            "other nodes wrote the configuration all the time: `Retry-After` says when to try again, `detail` whether the change"
                    + " may yet take effect"),
    /** Streams. */
    TOO_MANY_LISTENERS("503", "as many listen to events as there may be");

    private final String statuses;
    private final String meaning;

    ProblemCode(String statuses, String meaning) {
        this.statuses = statuses;
        this.meaning = meaning;
    }

    /** The word. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** HTTP statuses it comes with, for the page of problems. */
    public String statuses() {
        return statuses;
    }

    /** What it means, in half a sentence, for the page of problems. */
    public String meaning() {
        return meaning;
    }
}
