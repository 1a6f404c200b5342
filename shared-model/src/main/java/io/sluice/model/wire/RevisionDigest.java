// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a revision is named by, and its descendants name it by: the first 128 bits of SHA-256 over its wire form, its own
 * ancestors included, so that a digest stands for a whole history.
 *
 * <p><b>Threading</b>: pure functions.
 */
public final class RevisionDigest {

    private static final int BYTES = 16;

    private RevisionDigest() {}

    /** The digest, 32 hexadecimal digits. */
    public static String of(ConfigRevision revision) {
        byte[] wire = WireCodecs.CONFIG_CHANGED.encode(new ConfigChanged(revision));
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(wire);
            return HexFormat.of().formatHex(whole, 0, BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }

    /** A revision made from another one. */
    public static ConfigRevision child(ConfigRevision parent, long number, NodeId author, GatewayModel model) {
        List<String> ancestors = new ArrayList<>();
        ancestors.add(of(parent));
        ancestors.addAll(parent.ancestors());
        return new ConfigRevision(
                number, author, ancestors.subList(0, Math.min(ConfigRevision.ANCESTORS_MAX, ancestors.size())), model);
    }
}
