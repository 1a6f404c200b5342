// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which gateway is asked, as whom, and that no token is ever printed. */
class ContextCommandsTest {

    private static final String TOKEN = "t0ken-of-the-test";
    private static final String NODES = "{\"nodes\":[],\"configRevision\":1}";

    @TempDir
    private Path home;

    private FakeGateway gateway;
    private Cli cli;

    @BeforeEach
    void serve() throws IOException {
        gateway = new FakeGateway().answer("GET /v1/nodes", 200, NODES);
        cli = Cli.piped().at(home);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String authorization() {
        return gateway.requests().getLast().headers().getOrDefault("Authorization", "");
    }

    private Path tokenFile(String text) throws IOException {
        return Files.writeString(home.resolve("token"), text);
    }

    @Test
    void addsUsesListsAndRemovesContexts() throws IOException {
        assertThat(cli.run("context", "list").out().lines()).hasSize(1);
        assertThat(cli.run("context", "add", "lab", "--url", gateway.url()).code())
                .isZero();
        assertThat(cli.run(
                                "context",
                                "add",
                                "prod",
                                "--url",
                                "https://gw.example:8443",
                                "--token-file",
                                "/t",
                                "--ca-file",
                                "/c")
                        .code())
                .isZero();
        assertThat(cli.run("context", "list", "-o", "tsv").out().lines())
                .containsExactly("*\tlab\t" + gateway.url() + "\tnone\t", "\tprod\thttps://gw.example:8443\tin /t\t/c");
        assertThat(cli.run("node", "list").code()).as("the first one is used").isZero();

        assertThat(cli.run("context", "use", "prod").code()).isZero();
        assertThat(cli.run("context", "list").out()).contains("*\tprod");
        assertThat(cli.run("node", "list", "--context", "lab").code()).isZero();
        assertThat(cli.with(Map.of("SLUICE_CONTEXT", "lab")).run("node", "list").code())
                .isZero();

        assertThat(cli.run("context", "remove", "prod").code()).isZero();
        assertThat(cli.run("context", "remove", "prod").err()).contains("already so");
        Cli.Result absent = cli.run("context", "use", "prod");
        assertThat(absent.code()).isEqualTo(3);
        assertThat(absent.err()).contains("there is no context 'prod': expected lab");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(home.resolve(".config/sluice/contexts.yaml"))))
                .isEqualTo("rw-------");
    }

    @Test
    void keepsATokenFromStandardInputAndNeverPrintsIt() throws IOException {
        Cli.Result added =
                cli.reading(TOKEN + "\n").run("context", "add", "lab", "--url", gateway.url(), "--token-stdin");
        Cli.Result listed = cli.run("context", "list", "--output", "json");
        Cli.Result asked = cli.run("node", "list");

        assertThat(authorization()).isEqualTo("Bearer " + TOKEN);
        assertThat(added.out() + added.err() + listed.out() + asked.out() + asked.err())
                .doesNotContain(TOKEN);
        assertThat(listed.out()).contains("kept here");
        assertThat(Files.readString(home.resolve(".config/sluice/contexts.yaml")))
                .contains(TOKEN);
    }

    @Test
    void takesTheTokenOfOptionThenVariableThenContext() throws IOException {
        cli.reading("of-context").run("context", "add", "lab", "--url", gateway.url(), "--token-stdin");
        cli.run("node", "list");
        assertThat(authorization()).isEqualTo("Bearer of-context");
        Cli withVariable = cli.with(Map.of("SLUICE_TOKEN", "of-variable"));
        withVariable.run("node", "list");
        assertThat(authorization()).isEqualTo("Bearer of-variable");
        withVariable.run("node", "list", "--token-file", tokenFile("of-file\n").toString());
        assertThat(authorization()).isEqualTo("Bearer of-file");
    }

    @Test
    void aContextsTokenGoesNowhereElse() throws IOException {
        cli.reading(TOKEN).run("context", "add", "prod", "--url", "https://gw.example", "--token-stdin");
        assertThat(cli.run("node", "list", "--url", gateway.url()).code()).isZero();
        assertThat(authorization()).isEmpty();
        assertThat(cli.with(Map.of("SLUICE_URL", gateway.url()))
                        .run("node", "list")
                        .code())
                .isZero();
        assertThat(authorization()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithATokenFileWithoutSayingTheToken() throws IOException {
        Cli.Result two = cli.run(
                gateway, "node", "list", "--token-file", tokenFile(TOKEN + " x").toString());
        assertThat(two.code()).isEqualTo(2);
        assertThat(two.err()).contains("expected one line without spaces").doesNotContain(TOKEN);
        assertThat(cli.run(gateway, "node", "list", "--token-file", "/nonexistent/t")
                        .err())
                .contains("the token cannot be read");
        assertThat(gateway.requests()).isEmpty();
    }

    /** To open one waits until somebody writes to it. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void doesNotWaitForAPipe() throws Exception {
        Path pipe = home.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        for (String option : List.of("--token-file", "--ca-file")) {
            Cli.Result refused = cli.run("node", "list", "--url", "https://127.0.0.1:1", option, pipe.toString());
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err()).contains(pipe + ": is no regular file");
        }
    }

    @Test
    void refusesAContextFileThatSaysTooLittleAndTwoGatewaysAtOnce() throws IOException {
        Path file = home.resolve(".config/sluice/contexts.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "contexts: [{name: lab}]\n");
        assertThat(cli.run("node", "list").err()).contains("contexts[0]: expected a name and a url");
        assertThat(cli.run("node", "list", "--url", "http://x", "--context", "y")
                        .err())
                .contains("--url and --context: expected one of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "curent: lab|unknown key curent: expected keys of contexts, current",
                "contexts: {lab: x}|contexts: expected a list",
                "[lab]|expected keys of contexts, current",
                "contexts: [{name: lab, url: http://x, tokn: y}]|contexts[0]: unknown key tokn: expected keys",
                "contexts: [lab]|contexts[0]: expected keys of ca-file, name, token, token-file, url",
                "contexts: [{token: s3cret|is neither YAML nor JSON: line 2: "
            })
    void asksNobodyWhereTheContextFileIsWrong(String content, String said) throws IOException {
        Path file = home.resolve(".config/sluice/contexts.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
        Cli.Result result = cli.run("node", "list");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(said).doesNotContain("s3cret");
        assertThat(cli.run("context", "add", "x", "--url", "http://x").code()).isEqualTo(2);
        assertThat(Files.readString(file)).isEqualTo(content + "\n");
    }

    @Test
    void aNameThatBeginsLikeALoopbackAddressIsNone() {
        Cli.Result result = cli.with(Map.of("SLUICE_TOKEN", TOKEN))
                .run("node", "list", "--url", "http://127.sluice.invalid", "--timeout", "5");
        assertThat(result.err())
                .contains("the token goes to http://127.sluice.invalid/ in clear text")
                .doesNotContain(TOKEN);
    }

    @Test
    void anAnswerOf401IsAnExitCodeOfItsOwn() {
        gateway.answer("GET /v1/nodes", 401, "{\"code\":\"unauthorized\",\"detail\":\"expected a bearer token\"}");
        Cli.Result result = cli.with(Map.of("SLUICE_TOKEN", TOKEN)).run(gateway, "node", "list");
        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err())
                .contains("HTTP 401 unauthorized: expected a bearer token")
                .doesNotContain(TOKEN);
    }

    @Test
    void believesOnlyTheCertificatesGiven() throws Exception {
        Path store = home.resolve("server.p12");
        Path certificate = home.resolve("ca.pem");
        keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                store.toString());
        keytool("-exportcert", "-rfc", "-file", certificate.toString(), "-keystore", store.toString());
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.setHttpsConfigurator(new HttpsConfigurator(context(store)));
        server.createContext("/v1/nodes", exchange -> {
            exchange.sendResponseHeaders(200, NODES.length());
            exchange.getResponseBody().write(NODES.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        try {
            String url = "https://127.0.0.1:" + server.getAddress().getPort();
            assertThat(cli.run("node", "list", "--url", url, "--ca-file", certificate.toString())
                            .code())
                    .isZero();
            cli.run("context", "add", "tls", "--url", url, "--ca-file", certificate.toString());
            assertThat(cli.run("node", "list").code()).isZero();
            Cli.Result stranger = cli.run("node", "list", "--url", url);
            assertThat(stranger.code()).isEqualTo(1);
            assertThat(stranger.err()).contains("cannot reach");
            assertThat(cli.run("node", "list", "--url", url, "--ca-file", store.toString())
                            .code())
                    .isEqualTo(2);
        } finally {
            server.stop(0);
        }
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "a", "-storepass", "changeit", "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static SSLContext context(Path file) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(file)) {
            store.load(stream, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
