// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenBookTest {

    private static final long HOUR_MS = 3_600_000;

    private final MemoryConfigStore store = new MemoryConfigStore();
    private final AtomicLong clockMs = new AtomicLong(1_700_000_000_000L);
    private TokenBook book;

    @BeforeEach
    void open() throws Exception {
        book = new TokenBook(store, new SecureRandom(), clockMs::get);
    }

    private String issue(String name, TokenRole role, long lifetimeMs) throws Exception {
        return ((TokenBook.Issued) book.issue(name, role, lifetimeMs, "test")).secret();
    }

    private String refusal(TokenBook.Outcome outcome) {
        return ((TokenBook.Refused) outcome).code().text();
    }

    @Test
    void keepsNothingThatOpensAnything() throws Exception {
        String secret = issue("root", TokenRole.ADMIN, 0);
        assertThat(secret).matches("sluice_[A-Za-z0-9_-]{43}");
        TokenRecord kept = store.tokens().getFirst();
        assertThat(kept.digest()).matches("[0-9a-f]{64}");
        assertThat(kept.toString() + store.audit(Long.MAX_VALUE, 9))
                .doesNotContain(secret)
                .doesNotContain(secret.substring(7));
        assertThat(book.issue("b", TokenRole.ADMIN, 0, "test").toString()).doesNotContain("sluice_");
    }

    @Test
    void findsATokenByItselfAloneAlsoAfterAStart() throws Exception {
        String root = issue("root", TokenRole.ADMIN, 0);
        String ci = issue("ci", TokenRole.READ_ONLY, 0);
        open();
        assertThat(book.find(root)).map(TokenRecord::name).contains("root");
        assertThat(book.find(ci)).map(TokenRecord::name).contains("ci");
        assertThat(book.find(ci.substring(0, ci.length() - 1))).isEmpty();
        assertThat(book.find(store.tokens().getFirst().digest())).isEmpty();
        assertThat(book.find("")).isEmpty();
    }

    @Test
    void endsATokenWhenItsTimeHasCome() throws Exception {
        issue("root", TokenRole.ADMIN, 0);
        String ci = issue("ci", TokenRole.READ_ONLY, 1_000);
        clockMs.addAndGet(999);
        assertThat(book.find(ci)).isPresent();
        clockMs.addAndGet(1);
        assertThat(book.find(ci)).isEmpty();
    }

    @Test
    void neverLeavesTokensWithoutAnAdmin() throws Exception {
        assertThat(refusal(book.issue("ci", TokenRole.READ_ONLY, 0, "test"))).isEqualTo("admin-first");
        issue("root", TokenRole.ADMIN, 0);
        issue("ci", TokenRole.READ_ONLY, 0);
        assertThat(refusal(book.revoke("root", false, "test"))).isEqualTo("last-admin");
        assertThat(book.revoke("ci", false, "test")).isInstanceOf(TokenBook.Revoked.class);
        assertThat(refusal(book.revoke("root", true, "test"))).isEqualTo("last-admin");
        assertThat(book.revoke("root", false, "test")).isInstanceOf(TokenBook.Revoked.class);
        assertThat(book.isEmpty()).isTrue();
    }

    @Test
    void anAdminThatEndsIsNeverTheOnlyOne() throws Exception {
        TokenBook.Refused first = (TokenBook.Refused) book.issue("tuesday", TokenRole.ADMIN, 1_000, "test");
        assertThat(first.code().text()).isEqualTo("admin-first");
        assertThat(first.field()).isEqualTo("expires-in-seconds");
        assertThat(book.isEmpty()).isTrue();
        issue("root", TokenRole.ADMIN, 0);
        issue("tuesday", TokenRole.ADMIN, 1_000);
        assertThat(refusal(book.revoke("root", true, "test"))).isEqualTo("last-admin");
        assertThat(book.revoke("tuesday", true, "test")).isInstanceOf(TokenBook.Revoked.class);
    }

    /** A store of an earlier version may have no other. */
    @Test
    void anAdminThatHasEndedIsNone() throws Exception {
        store.put(
                new TokenRecord("root", TokenRole.ADMIN, "00".repeat(32), 1, 0, clockMs.get() + 1_000),
                AuditEntry.of(1, new ChangeOrigin("test", "issue token"), "token root admin"));
        open();
        assertThat(book.hasAdmin()).isTrue();
        clockMs.addAndGet(1_000);
        assertThat(book.hasAdmin()).isFalse();
    }

    @Test
    void givesANameOnce() throws Exception {
        issue("root", TokenRole.ADMIN, 0);
        assertThat(refusal(book.issue("root", TokenRole.ADMIN, 0, "test"))).isEqualTo("already-exists");
    }

    private void keep(String name, String digest) throws Exception {
        store.put(
                new TokenRecord(name, TokenRole.ADMIN, digest, 1, 0, 0),
                AuditEntry.of(1, new ChangeOrigin("test", "issue token"), "token " + name));
    }

    /** Earlier versions took such names, which no path can have: their tokens could not be revoked. */
    @Test
    void aTokenThatNoPathCanNameIsKeptUnderAnotherName() throws Exception {
        keep("..", "00".repeat(32));
        keep(".", "11".repeat(32));
        keep("dot", "22".repeat(32));
        // the process ended between the two writes
        keep("dot-dot", "00".repeat(32));
        keep("ci_2.x", "33".repeat(32));
        open();
        assertThat(book.list()).extracting(TokenRecord::name).containsExactly("ci_2.x", "dot", "dot-2", "dot-dot");
        assertThat(store.tokens()).isEqualTo(book.list());
        assertThat(book.revoke("dot-2", true, "test")).isEqualTo(new TokenBook.Revoked("dot-2"));
        assertThat(book.revoke("ci_2.x", true, "test")).isInstanceOf(TokenBook.Revoked.class);
        assertThat(store.tokens()).extracting(TokenRecord::name).containsExactly("dot", "dot-dot");
    }

    @Test
    void whatIsNotThereIsRevokedAndNothingIsNotedOfIt() throws Exception {
        issue("root", TokenRole.ADMIN, 0);
        assertThat(book.revoke("ci", true, "test")).isEqualTo(new TokenBook.Revoked("ci"));
        assertThat(store.audit(Long.MAX_VALUE, 9)).hasSize(1);
    }

    @Test
    void notesTheLastUseToTheHour() throws Exception {
        String root = issue("root", TokenRole.ADMIN, 0);
        assertThat(book.isNewsOf(book.find(root).orElseThrow())).isTrue();
        book.noteUse("root");
        assertThat(store.tokens().getFirst().lastUsedMs()).isEqualTo(clockMs.get() / HOUR_MS * HOUR_MS);
        assertThat(book.isNewsOf(book.find(root).orElseThrow())).isFalse();
        clockMs.addAndGet(HOUR_MS);
        assertThat(book.isNewsOf(book.find(root).orElseThrow())).isTrue();
    }

    @Test
    void audits() throws Exception {
        issue("root", TokenRole.ADMIN, 0);
        book.revoke("root", false, "somebody");
        assertThat(store.audit(Long.MAX_VALUE, 9))
                .extracting(AuditEntry::subject)
                .containsExactly("token root", "token root admin");
        assertThat(store.audit(Long.MAX_VALUE, 1).getFirst().origin().who()).isEqualTo("somebody");
    }
}
