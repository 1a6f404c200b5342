// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoredRevision;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of the store. Models are in the versioned wire form, so that what an older release kept can be read.
 *
 * <p><b>Threading</b>: pure functions. <b>Errors</b>: {@link DamagedValue}.
 */
final class Values {

    /** Author of what is no revision: a file as it was read. */
    private static final NodeId NOBODY = new NodeId("file");

    private Values() {}

    /** In order of what supersedes what: the number, then the author. */
    static byte[] key(ConfigRevision revision) {
        return key(revision.number(), revision.author());
    }

    static byte[] key(long number, NodeId author) {
        byte[] text = author.value().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(number)
                .put(text)
                .array();
    }

    static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long number(byte[] key) {
        if (key.length < Long.BYTES) {
            throw new DamagedValue("a key of " + key.length + " bytes");
        }
        return ByteBuffer.wrap(key).getLong();
    }

    static byte[] key(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] write(StoredRevision stored) {
        SealedWriter writer = new SealedWriter();
        write(writer, stored.entry());
        return writer.bytes(wire(stored.revision())).seal();
    }

    static StoredRevision revision(byte[] value) {
        SealedReader reader = new SealedReader(value);
        AuditEntry entry = entry(reader);
        return new StoredRevision(revisionOf(reader.bytes()), entry);
    }

    private static byte[] wire(ConfigRevision revision) {
        return WireCodecs.CONFIG_CHANGED.encode(new ConfigChanged(revision));
    }

    private static ConfigRevision revisionOf(byte[] wire) {
        try {
            return WireCodecs.CONFIG_CHANGED.decode(ByteBuffer.wrap(wire)).revision();
        } catch (WireFormatException unreadable) {
            throw new DamagedValue(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }

    static byte[] write(AuditEntry entry) {
        SealedWriter writer = new SealedWriter();
        write(writer, entry);
        return writer.seal();
    }

    static AuditEntry entry(byte[] value) {
        return entry(new SealedReader(value));
    }

    private static void write(SealedWriter writer, AuditEntry entry) {
        writer.i64(entry.sequence())
                .i64(entry.timeMs())
                .text(entry.origin().who())
                .text(entry.origin().act())
                .text(entry.subject())
                .i64(entry.revision())
                .i32(entry.changeCount())
                .i32(entry.changes().size());
        for (ConfigChange change : entry.changes()) {
            writer.text(change.action().name())
                    .text(change.kind())
                    .text(change.id())
                    .text(change.field())
                    .text(change.from())
                    .text(change.to());
        }
    }

    /** The revision that an entry is of, 0 where it is of none: a fraction of the work of reading all of it. */
    static long revisionOfEntry(byte[] value) {
        SealedReader reader = new SealedReader(value);
        reader.i64(); // its sequence
        reader.i64(); // its time
        reader.skip(); // who
        reader.skip(); // the act
        reader.skip(); // the subject
        return reader.i64();
    }

    /** Whether an entry, or a kept revision by its own, is of a revision that was lost: without reading all of it. */
    static boolean isLost(byte[] value) {
        SealedReader reader = new SealedReader(value);
        reader.i64(); // its sequence
        reader.i64(); // its time
        return new ChangeOrigin(reader.text(), reader.text()).isLost();
    }

    /** The same by the first bytes of a value, whose seal is not looked at: to count what is there, not to believe it. */
    static boolean beginsAsLost(ByteBuffer beginning) {
        ByteBuffer fields = beginning.duplicate();
        int origin = fields.position() + SealedWriter.HEADER_BYTES + 2 * Long.BYTES;
        if (origin > fields.limit()) {
            return false;
        }
        fields.position(origin);
        return new ChangeOrigin(beginningOfText(fields), beginningOfText(fields)).isLost();
    }

    private static String beginningOfText(ByteBuffer fields) {
        int length = fields.remaining() < Integer.BYTES ? 0 : fields.getInt();
        byte[] text = new byte[Math.clamp(length, 0, fields.remaining())];
        fields.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static AuditEntry entry(SealedReader reader) {
        long sequence = reader.i64();
        long timeMs = reader.i64();
        ChangeOrigin origin = new ChangeOrigin(reader.text(), reader.text());
        String subject = reader.text();
        long revision = reader.i64();
        int changeCount = reader.i32();
        int listed = reader.i32();
        if (listed < 0 || listed > AuditEntry.CHANGES_MAX) {
            throw new DamagedValue("an entry of " + listed + " changes");
        }
        List<ConfigChange> changes = new ArrayList<>();
        for (int n = 0; n < listed; n++) {
            changes.add(new ConfigChange(
                    action(reader.text()), reader.text(), reader.text(), reader.text(), reader.text(), reader.text()));
        }
        return new AuditEntry(sequence, timeMs, origin, subject, revision, changes, changeCount);
    }

    private static ConfigChange.Action action(String name) {
        try {
            return ConfigChange.Action.valueOf(name);
        } catch (IllegalArgumentException unknown) {
            throw new DamagedValue("a change of kind " + name, unknown);
        }
    }

    static byte[] write(AppliedFile file) {
        return new SealedWriter()
                .text(file.digest())
                .bytes(wire(new ConfigRevision(0, NOBODY, file.model())))
                .seal();
    }

    static AppliedFile file(byte[] value) {
        SealedReader reader = new SealedReader(value);
        String digest = reader.text();
        GatewayModel model = revisionOf(reader.bytes()).model();
        return new AppliedFile(digest, model);
    }

    static byte[] write(TokenRecord token) {
        return new SealedWriter()
                .text(token.name())
                .text(token.role().text())
                .text(token.digest())
                .i64(token.createdMs())
                .i64(token.lastUsedMs())
                .i64(token.expiresMs())
                .seal();
    }

    static TokenRecord token(byte[] value) {
        SealedReader reader = new SealedReader(value);
        String name = reader.text();
        String role = reader.text();
        String digest = reader.text();
        try {
            return new TokenRecord(name, TokenRole.parse(role), digest, reader.i64(), reader.i64(), reader.i64());
        } catch (IllegalArgumentException refused) {
            throw new DamagedValue(String.valueOf(refused.getMessage()), refused);
        }
    }
}
