// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.health;

/** Why a target is in its state: the codes of the AWS API (sheet 3.3). */
public enum HealthReason {
    /** Healthy targets have no reason. */
    NONE("", ""),
    /** Just registered. */
    REGISTRATION_IN_PROGRESS("Elb.RegistrationInProgress", "Target registration is in progress"),
    /** First checks running. */
    INITIAL_HEALTH_CHECKING("Elb.InitialHealthChecking", "Initial health checks in progress"),
    /** Checks failed, connection errors included. */
    FAILED_HEALTH_CHECKS("Target.FailedHealthChecks", "Health checks failed"),
    /** HTTP only: no answer in time. */
    TIMEOUT("Target.Timeout", "Request timed out"),
    /** HTTP only: a status outside 200-399. */
    RESPONSE_CODE_MISMATCH("Target.ResponseCodeMismatch", "Health checks failed with an unexpected status code"),
    /** No listener uses the group, or the zone is not enabled. */
    NOT_IN_USE(
            "Target.NotInUse",
            "Target group is not used by a listener, or the target is in a zone that is not enabled"),
    /** The deregistration delay is running (T17). */
    DEREGISTRATION_IN_PROGRESS("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    /** GENEVE probes through the target do not come back. */
    DATA_PATH_FAILED("Target.FailedHealthChecks", "GENEVE probes through the target do not come back"),
    /** A GENEVE probe that the target must drop came back. */
    DATA_PATH_LEAKING("Target.FailedHealthChecks", "GENEVE probes that the target must drop come back"),
    /** The target receives packets of flows that it used to return, and returns none. */
    DATA_PATH_SILENT("Target.FailedHealthChecks", "The target receives packets and has stopped returning any");

    private final String code;
    private final String description;

    HealthReason(String code, String description) {
        this.code = code;
        this.description = description;
    }

    /** Whether it is of the path through the target, whatever its probes show. */
    public boolean isOfDataPath() {
        return switch (this) {
            case DATA_PATH_FAILED, DATA_PATH_LEAKING, DATA_PATH_SILENT -> true;
            default -> false;
        };
    }

    /** The API's code, empty for none. */
    public String code() {
        return code;
    }

    /** A sentence for people. */
    public String description() {
        return description;
    }
}
