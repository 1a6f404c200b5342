// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.api.NamedFile;
import io.sluice.api.route.HealthRoute;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.observe.Readiness;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The admin port over real TLS, with certificates of the test. */
class AdminTlsTest {

    private static final long LIMIT_S = 30;
    private static final int LIMIT_MS = 30_000;

    /** Looks at who answers instead of judging it. */
    private static final X509TrustManager ANYBODY = new X509TrustManager() {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    };

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final Ipv4SocketAddress address = AdminPort.freeAddress();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private AdminTls files;
    private TestCertificate first;

    @BeforeEach
    void make() throws Exception {
        files = new AdminTls(directory.resolve("tls.crt"), directory.resolve("tls.key"));
        first = TestCertificate.make(directory, "first", "EC");
        log.start();
        ((Logger) LoggerFactory.getLogger(TlsReload.class)).addAppender(log);
    }

    @AfterEach
    void close() throws TimeoutException {
        ((Logger) LoggerFactory.getLogger(TlsReload.class)).detachAppender(log);
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private void open() throws TimeoutException {
        vertx.deployVerticle(new AdminHttpVerticle(
                        address, AdminLimits.DEFAULT, files, null, List.of(new HealthRoute(new Readiness()))))
                .await(LIMIT_S, TimeUnit.SECONDS);
    }

    /** Name in the certificate of who answers, having answered. */
    private String answering(String host) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {ANYBODY}, null);
        try (SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(address.address().toString(), address.port())) {
            socket.setSoTimeout(LIMIT_MS);
            socket.getOutputStream()
                    .write(("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200 OK");
            X509Certificate peer = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return peer.getSubjectX500Principal().getName();
        }
    }

    /** A time no look has seen, whatever the file system's clock ticks. */
    private void touch(long seconds) throws IOException {
        FileTime time = FileTime.fromMillis(System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(seconds));
        Files.setLastModifiedTime(files.certificate(), time);
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void speaksHttpsOnlyAndToAnyName() throws Exception {
        first.into(files);
        open();
        assertThat(answering("127.0.0.1")).isEqualTo("CN=first");
        assertThat(answering("gateway.example")).isEqualTo("CN=first");
        assertThat(RawHttp.ask(address, "GET /healthz HTTP/1.1")).doesNotContain("200 OK");
    }

    @Test
    void takesANewPairForNewConnections() throws Exception {
        first.into(files);
        open();
        TestCertificate.make(directory, "second", "RSA").into(files);
        touch(1);
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(() -> assertThat(answering("127.0.0.1")).isEqualTo("CN=second"));
        assertThat(said()).singleElement().asString().contains("new connections get the certificate");
    }

    @Test
    void keepsTheOldPairWhileTheNewOneIsBrokenAndSaysSoOnce() throws Exception {
        first.into(files);
        open();
        TestCertificate second = TestCertificate.make(directory, "second", "EC");
        Files.writeString(files.certificate(), second.certificate());
        touch(1);
        await().atMost(Duration.ofSeconds(LIMIT_S)).until(() -> !said().isEmpty());
        touch(2);
        await().pollDelay(Duration.ofMillis(2 * TlsReload.EVERY_MS))
                .atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(() -> assertThat(answering("127.0.0.1")).isEqualTo("CN=first"));
        assertThat(said())
                .singleElement()
                .asString()
                .contains("the certificate in use stays")
                .contains("is not that of the certificate");
        second.into(files);
        await().atMost(Duration.ofSeconds(LIMIT_S))
                .untilAsserted(() -> assertThat(answering("127.0.0.1")).isEqualTo("CN=second"));
    }

    @Test
    void doesNotStartWithoutAPair() throws Exception {
        Files.writeString(files.key(), first.key());
        assertThatExceptionOfType(Throwable.class)
                .isThrownBy(this::open)
                .withMessageContaining("admin.tls.certificate: ")
                .withMessageContaining("is not there");
        Files.writeString(files.certificate(), "no certificate");
        assertThatExceptionOfType(Throwable.class)
                .isThrownBy(this::open)
                .withMessageContaining("expected a PEM certificate");
    }

    /** To open one waits until somebody writes to it. */
    @Test
    void doesNotWaitForAPipe() throws Exception {
        Files.writeString(files.certificate(), first.certificate());
        assertThat(new ProcessBuilder("mkfifo", files.key().toString()).start().waitFor())
                .isZero();
        assertThatExceptionOfType(Throwable.class)
                .isThrownBy(this::open)
                .withMessageContaining("admin.tls.key: " + files.key() + " is no regular file: expected a PEM file");
    }

    @Test
    void warnsOnceOfAKeyThatOthersCanRead() throws Exception {
        first.into(files);
        Logger logger = (Logger) LoggerFactory.getLogger(NamedFile.class);
        logger.addAppender(log);
        try {
            Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r-----"));
            open();
            assertThat(answering("127.0.0.1")).isEqualTo("CN=first");
            assertThat(log.list).singleElement().satisfies(line -> {
                assertThat(line.getKeyValuePairs().toString())
                        .contains("secret_not_private", "admin.tls.key", "rw-r-----");
                assertThat(line.getFormattedMessage()).contains("chmod 600 " + files.key());
            });
        } finally {
            logger.detachAppender(log);
        }
    }
}
