// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Admissions;
import io.sluice.api.core.ConfigChange;
import io.sluice.api.core.ConfigPlan;
import io.sluice.api.core.NextModel;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.wire.RevisionDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which configuration a process starts with: that of its store, unless its file is another one than the file it applied
 * last. Said in one log line.
 *
 * <p>A new file goes the way of every document: what it leaves out drains, and what deletion-protection keeps it may not
 * leave out. Its revision is numbered after all that is kept, and not below the time of the start, so that it counts for
 * the cluster as that of any process started later.
 */
public final class StartingConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(StartingConfiguration.class);

    private final RevisionStore store;
    private final NodeId self;
    private final long nowMs;

    /**
     * @param store what is kept
     * @param self author of a new revision
     * @param nowMs time of the start, milliseconds since 1970
     */
    public StartingConfiguration(RevisionStore store, NodeId self, long nowMs) {
        this.store = store;
        this.self = self;
        this.nowMs = nowMs;
    }

    /**
     * Decides, and keeps what it decided.
     *
     * <p>In a cluster a node that has kept nothing starts with its file as number 0, which whatever the cluster has replaces, and
     * proposes it ({@link Settlement}); and a file that was never applied here is not taken for one that was edited.
     *
     * @param file what the file says
     * @param alone whether there is no cluster
     * @throws StoreUnavailable where that cannot be kept
     * @throws IllegalArgumentException where the file may not be applied, saying what would be valid
     */
    public ConfigRevision decide(AppliedFile file, boolean alone) throws StoreUnavailable {
        Optional<ConfigRevision> newest = store.newest().map(stored -> stored.revision());
        if (newest.isEmpty()) {
            GatewayModel first = Admissions.decided(GatewayModel.EMPTY, file.model());
            if (!alone) {
                return said(
                        new ConfigRevision(0, self, first),
                        "file",
                        "nothing is kept: it counts until the cluster is heard");
            }
            return applied(file, new ConfigRevision(nowMs, self, first), ConfigPlan.between(GatewayModel.EMPTY, first));
        }
        ConfigRevision kept = newest.get();
        Optional<AppliedFile> last = store.appliedFile();
        if (last.isEmpty() && !alone) {
            store.keepFile(file);
            return said(kept, "store", "it came from the cluster, where the file was never applied");
        }
        if (last.isPresent() && saysTheSame(last.get(), file)) {
            if (!last.get().equals(file)) {
                store.keepFile(file);
            }
            return said(kept, "store", "the file was applied before: what was changed since stays in force");
        }
        List<LoadBalancerId> guarded = NextModel.protectedFromDeletion(kept.model(), file.model());
        if (!guarded.isEmpty()) {
            throw new IllegalArgumentException("the configuration file leaves out "
                    + guarded.stream().map(LoadBalancerId::name).collect(Collectors.joining(", "))
                    + ", which deletion-protection keeps: expected it there, or deletion-protection false before");
        }
        long number = Math.max(kept.number() + 1, nowMs);
        GatewayModel next = NextModel.of(kept.model(), file.model(), nowMs, number);
        if (next.equals(kept.model())) {
            store.keepFile(file);
            return said(kept, "store", "the file says what is in force already");
        }
        return applied(file, RevisionDigest.child(kept, number, self, next), ConfigPlan.between(kept.model(), next));
    }

    private static boolean saysTheSame(AppliedFile last, AppliedFile file) {
        return last.digest().equals(file.digest()) || last.model().equals(file.model());
    }

    private ConfigRevision applied(AppliedFile file, ConfigRevision revision, List<ConfigChange> changes)
            throws StoreUnavailable {
        AuditEntry entry = AuditEntry.ofRevision(
                nowMs, ChangeOrigin.ofNode(self, "configuration file"), revision.number(), changes);
        store.append(revision, entry, file);
        return said(revision, "file", "the file is another one than was applied before");
    }

    private static ConfigRevision said(ConfigRevision revision, String source, String why) {
        LOG.atInfo()
                .addKeyValue("event", "configuration_chosen")
                .addKeyValue("source", source)
                .addKeyValue("revision", revision.number())
                .log("{}", why);
        return revision;
    }
}
