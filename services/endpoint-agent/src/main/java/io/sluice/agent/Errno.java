// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

/** Error numbers of Linux that mean something to the agent, and their words. */
final class Errno {

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EBUSY = 16;
    static final int ENODEV = 19;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int EMSGSIZE = 90;
    static final int ENETUNREACH = 101;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int EHOSTUNREACH = 113;

    private Errno() {}

    /** Whether a send with {@code UDP_SEGMENT} fails so on this path, though the same datagrams one by one may pass. */
    static boolean refusesSegmentation(long errno) {
        return errno == EIO || errno == EINVAL || errno == EMSGSIZE;
    }

    /** Name and number, as a person searches for them. */
    static String text(long errno) {
        return switch ((int) errno) {
            case EPERM -> "EPERM, operation not permitted";
            case ENOENT -> "ENOENT, no such file";
            case EIO -> "EIO, input/output error";
            case EACCES -> "EACCES, permission denied";
            case EBUSY -> "EBUSY, device or resource busy";
            case ENODEV -> "ENODEV, no such device";
            case EINVAL -> "EINVAL, invalid argument";
            case EMFILE -> "EMFILE, too many open files";
            case EMSGSIZE -> "EMSGSIZE, message too long";
            case ENETUNREACH -> "ENETUNREACH, network unreachable";
            case EADDRINUSE -> "EADDRINUSE, address already in use";
            case EADDRNOTAVAIL -> "EADDRNOTAVAIL, cannot assign this address";
            case EHOSTUNREACH -> "EHOSTUNREACH, no route to host";
            default -> "errno " + errno;
        };
    }
}
