// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.macs.SipHash;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class FlowCookiesTest {

    private static final long SEED = 41;
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final TargetRef TARGET = target("firewalls", "10.1.0.11", 1);
    private static final long NOW_MS = 1_795_000_000_000L;
    private static final long[] KEY = {0xA1B2_C3D4_E5F6_0718L, 0, 0x0A14_0005L, 0, 0xCB00_710AL, 0x9C40_01BB_0641_0000L
    };

    private final FlowCookies cookies = new FlowCookies(SECRET);

    private static TargetRef target(String group, String id, long registration) {
        return new TargetRef(new TargetGroupId(group), new TargetId(id), registration);
    }

    private int issue(long[] key, TargetRef target, long createdAtMs) {
        return cookies.issue(key, 0, target, createdAtMs, FlowCookies.slot(createdAtMs));
    }

    /** The documented construction, said again with another library. */
    private static int expected(byte[] secret, long[] key, TargetRef target, long createdAtMs, long slot) {
        long domain = 0x636F_6F6B_6965_7631L;
        long epoch = createdAtMs / 86_400_000;
        HMac hmac = new HMac(new SHA256Digest());
        hmac.init(new KeyParameter(secret));
        byte[] label = ByteBuffer.allocate(16).putLong(domain).putLong(epoch).array();
        hmac.update(label, 0, label.length);
        byte[] derived = new byte[32];
        hmac.doFinal(derived, 0);
        SipHash sip = new SipHash(2, 4);
        sip.init(new KeyParameter(Arrays.copyOf(derived, 16)));
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(little(domain));
        message.writeBytes(little(epoch));
        for (long word : key) {
            message.writeBytes(little(word));
        }
        message.writeBytes(little(slot & 63));
        message.writeBytes(little(target.registration()));
        for (String name : new String[] {target.group().name(), target.id().value()}) {
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            message.writeBytes(little(utf8.length));
            message.writeBytes(Arrays.copyOf(utf8, (utf8.length + 7) / 8 * 8));
        }
        byte[] bytes = message.toByteArray();
        sip.update(bytes, 0, bytes.length);
        int mac = (int) sip.doFinal() & 0xFF_FFFF;
        return (int) (epoch & 3) << 30 | (int) (slot & 63) << 24 | mac;
    }

    private static byte[] little(long word) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(word)
                .array();
    }

    @Test
    void issuesWhatTheDocumentedConstructionGives() {
        Random random = new Random(SEED);
        String letters = "abcdefghijklmnopqrst";
        for (int round = 0; round < 500; round++) {
            long[] key = random.longs(FlowKey.WORDS).toArray();
            long createdAtMs = NOW_MS + random.nextLong(400_000_000_000L);
            long slot = createdAtMs / 8_000 + random.nextInt(3);
            TargetRef target =
                    target(letters.substring(0, 1 + round % 20), "t" + round, random.nextLong(0, Long.MAX_VALUE));
            assertThat(cookies.issue(key, 0, target, createdAtMs, slot))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(expected(SECRET, key, target, createdAtMs, slot));
        }
    }

    @Test
    void everythingThatIsHashedChangesTheCookie() {
        Set<Integer> seen = new HashSet<>(Set.of(issue(KEY, TARGET, NOW_MS)));
        for (int word = 0; word < FlowKey.WORDS; word++) {
            long[] other = KEY.clone();
            other[word] ^= 1L << 16;
            assertThat(seen.add(issue(other, TARGET, NOW_MS)))
                    .as("word %d", word)
                    .isTrue();
        }
        assertThat(seen.add(issue(KEY, target("firewalls", "10.1.0.12", 1), NOW_MS)))
                .as("target")
                .isTrue();
        assertThat(seen.add(issue(KEY, target("firewalls", "10.1.0.11", 2), NOW_MS)))
                .as("registration")
                .isTrue();
        assertThat(seen.add(issue(KEY, target("firewall", "10.1.0.11", 1), NOW_MS)))
                .as("group")
                .isTrue();
        assertThat(seen.add(issue(KEY, TARGET, NOW_MS + FlowCookies.SLOT_MS)))
                .as("incarnation")
                .isTrue();
        assertThat(seen.add(issue(KEY, TARGET, NOW_MS + FlowCookies.EPOCH_MS)))
                .as("epoch")
                .isTrue();
    }

    /** The letters of two names must not be able to move from one to the other. */
    @Test
    void namesAreLedByTheirLengths() {
        assertThat(issue(KEY, target("ab", "c", 1), NOW_MS)).isNotEqualTo(issue(KEY, target("a", "bc", 1), NOW_MS));
    }

    @Test
    void twoProcessesWithOneSecretAgreeAndWithTwoSecretsDoNot() {
        assertThat(new FlowCookies(SECRET).issue(KEY, 0, TARGET, NOW_MS, 7))
                .isEqualTo(cookies.issue(KEY, 0, TARGET, NOW_MS, 7));
        byte[] other = SECRET.clone();
        other[31]++;
        assertThat(new FlowCookies(other).issue(KEY, 0, TARGET, NOW_MS, 7))
                .isNotEqualTo(cookies.issue(KEY, 0, TARGET, NOW_MS, 7));
    }

    @Test
    void epochAndIncarnationAreOnTheWire() {
        int cookie = issue(KEY, TARGET, NOW_MS);
        assertThat(FlowCookie.epoch(cookie)).isEqualTo((int) (NOW_MS / FlowCookies.EPOCH_MS) & 3);
        assertThat(FlowCookie.incarnation(cookie)).isEqualTo((int) (NOW_MS / FlowCookies.SLOT_MS) & 63);
    }

    @Test
    void refusesAShortSecret() {
        assertThatThrownBy(() -> new FlowCookies(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31 bytes")
                .hasMessageContaining("at least 32");
    }

    @Test
    void recoversTheSlotOfACookieWithinTheNext64() {
        long slot = FlowCookies.slot(NOW_MS);
        for (int ahead = 0; ahead < 64; ahead++) {
            int cookie = cookies.issue(KEY, 0, TARGET, NOW_MS, slot + ahead);
            assertThat(FlowCookies.slotOf(cookie, NOW_MS)).isEqualTo(slot + ahead);
        }
        assertThat(FlowCookies.slotOf(cookies.issue(KEY, 0, TARGET, NOW_MS, slot + 64), NOW_MS))
                .isEqualTo(slot);
    }

    @Test
    void takesTheSlotBehindThePreviousCookiesUnlessThatIsPast() {
        long slot = FlowCookies.slot(NOW_MS);
        for (int ahead = -16; ahead < 48; ahead++) {
            int previous = cookies.issue(KEY, 0, TARGET, NOW_MS, slot + ahead);
            assertThat(FlowCookies.slotAfter(previous, slot))
                    .as("%d slots ahead", ahead)
                    .isEqualTo(ahead < 0 ? slot : slot + ahead + 1);
        }
    }

    /** Re-use by a node that decides alone and knows only the last cookie. */
    @Test
    void theFirstFlowOfATupleTakesTheSlotOfItsCreation() {
        for (long atMs = NOW_MS; atMs < NOW_MS + 64 * FlowCookies.SLOT_MS; atMs += FlowCookies.SLOT_MS) {
            assertThat(cookies.next(KEY, 0, TARGET, atMs, 0)).isEqualTo(issue(KEY, TARGET, atMs));
        }
    }

    @Test
    void w17NoCookieComesAgainHoweverOftenATupleIsUsedAgainWithinASlot() {
        Set<Integer> seen = new HashSet<>();
        int cookie = 0;
        for (int use = 0; use < 48; use++) {
            cookie = cookies.next(KEY, 0, TARGET, NOW_MS, cookie);
            assertThat(seen.add(cookie)).as("use %d", use).isTrue();
        }
        assertThat(seen).contains(issue(KEY, TARGET, NOW_MS));
    }

    @Test
    void w17TheNextCookieIsNeverThePreviousOneWheneverThatWasIssued() {
        for (long slotsAgo = 0; slotsAgo < 200; slotsAgo++) {
            int previous = issue(KEY, TARGET, NOW_MS - slotsAgo * FlowCookies.SLOT_MS);
            assertThat(FlowCookie.incarnation(cookies.next(KEY, 0, TARGET, NOW_MS, previous)))
                    .as("%d slots ago", slotsAgo)
                    .isNotEqualTo(FlowCookie.incarnation(previous));
        }
    }

    /** Any time within an epoch and 512 s: the slot it was issued in, or the epoch's end where that was before. */
    @Test
    void w17WhatWasIssuedIsKnownAgainWithTheSlotItWasIssuedIn() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            long[] key = random.longs(FlowKey.WORDS).toArray();
            long createdAtMs = NOW_MS + random.nextLong(4 * FlowCookies.EPOCH_MS);
            long agoMs = random.nextLong(62 * FlowCookies.SLOT_MS);
            int cookie = issue(key, TARGET, createdAtMs);
            assertThat(cookies.issuedAtMs(key, 0, TARGET, cookie, createdAtMs + agoMs))
                    .as("seed %d, round %d", SEED, round)
                    .isBetween(createdAtMs - createdAtMs % FlowCookies.SLOT_MS, createdAtMs);
        }
    }

    /** An old flow is taken for a younger one, never for an older, nor for one of another epoch than its key's. */
    @Test
    void anOldCookiesTimeIsTheLatestItCanBe() {
        int cookie = issue(KEY, TARGET, NOW_MS);
        long before = Long.MIN_VALUE;
        for (long agoMs = 0; agoMs < 2 * FlowCookies.EPOCH_MS; agoMs += 1_000_003) {
            long issuedAtMs = cookies.issuedAtMs(KEY, 0, TARGET, cookie, NOW_MS + agoMs);
            assertThat(issuedAtMs)
                    .isBetween(NOW_MS - FlowCookies.SLOT_MS, NOW_MS + agoMs)
                    .isGreaterThanOrEqualTo(before);
            assertThat(issuedAtMs / FlowCookies.EPOCH_MS).isEqualTo(NOW_MS / FlowCookies.EPOCH_MS);
            before = issuedAtMs;
        }
    }

    @Test
    void keysOfTwoDaysBeforeAndOfTheNextDayAreAccepted() {
        for (int days = -3; days <= 3; days++) {
            int cookie = issue(KEY, TARGET, NOW_MS + days * FlowCookies.EPOCH_MS);
            long issuedAtMs = cookies.issuedAtMs(KEY, 0, TARGET, cookie, NOW_MS);
            assertThat(issuedAtMs != FlowCookies.NOT_ISSUED).as("%d days", days).isEqualTo(days >= -2 && days <= 1);
            assertThat(issuedAtMs).isLessThanOrEqualTo(NOW_MS);
        }
    }

    @Test
    void w19EveryOtherMacIsRefused() {
        int cookie = issue(KEY, TARGET, NOW_MS);
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            assertThat(cookies.issuedAtMs(KEY, 0, TARGET, cookie ^ 1 << bit, NOW_MS))
                    .as("bit %d", bit)
                    .isEqualTo(FlowCookies.NOT_ISSUED);
        }
        assertThat(cookies.issuedAtMs(KEY, 0, target("firewalls", "10.1.0.11", 2), cookie, NOW_MS))
                .isEqualTo(FlowCookies.NOT_ISSUED);
    }

    /** Under the accepted secret nothing is issued; under it and the issuing one cookies are known. */
    @Test
    void aSecondSecretIsAcceptedAndNeverIssuedUnder() {
        byte[] other = SECRET.clone();
        other[31]++;
        FlowCookies both = new MasterSecrets(SECRET, other).cookies();
        int own = issue(KEY, TARGET, NOW_MS);
        int others = new FlowCookies(other).issue(KEY, 0, TARGET, NOW_MS, FlowCookies.slot(NOW_MS));
        assertThat(both.issue(KEY, 0, TARGET, NOW_MS, FlowCookies.slot(NOW_MS))).isEqualTo(own);
        assertThat(both.issuedAtMs(KEY, 0, TARGET, own, NOW_MS)).isNotEqualTo(FlowCookies.NOT_ISSUED);
        assertThat(both.issuedAtMs(KEY, 0, TARGET, others, NOW_MS)).isNotEqualTo(FlowCookies.NOT_ISSUED);
        assertThat(cookies.issuedAtMs(KEY, 0, TARGET, others, NOW_MS)).isEqualTo(FlowCookies.NOT_ISSUED);
        assertThat(both.macsPerCookie()).isEqualTo(2);
        assertThat(cookies.macsPerCookie()).isEqualTo(1);
    }
}
