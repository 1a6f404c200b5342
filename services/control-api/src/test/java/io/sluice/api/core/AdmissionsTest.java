// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.ENDPOINT;
import static io.sluice.api.Samples.revision;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Vni;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Accept, reject, and what stands where a document says nothing (sheet, section 6). */
class AdmissionsTest {

    private static final GatewayModel START = revision(1).model();
    private static final LoadBalancerId BALANCER =
            START.loadBalancers().getFirst().id();
    private static final String ACCOUNT = "123456789012";
    private static final Backing ASKING = service("asking");
    private static final Backing OPEN = service("open");

    private static Backing service(String name) {
        return new Backing.Service(new EndpointServiceId(name));
    }

    private static EndpointService service(String name, boolean acceptance) {
        return new EndpointService(
                new EndpointServiceId(name),
                List.of(BALANCER),
                acceptance,
                List.of(Principal.ANYONE),
                IpAddressType.IPV4,
                EndpointService.ACCOUNT_DEFAULT,
                Tags.NONE);
    }

    private static Endpoint endpoint(Backing backing, String account, Admission admission) {
        return new Endpoint(
                ENDPOINT,
                new Vni(100),
                AZ1,
                backing,
                List.of(Ipv4SocketAddress.parse("10.0.0.2:6080")),
                account,
                InnerKind.IP,
                0,
                IpAddressType.DUALSTACK,
                admission,
                Tags.NONE);
    }

    private static GatewayModel model(Endpoint... endpoints) {
        return new GatewayModel(
                START.zones(),
                START.targetGroups(),
                START.loadBalancers(),
                List.of(service("asking", true), service("open", false)),
                List.of(endpoints));
    }

    private static GatewayModel model(Admission admission) {
        return model(endpoint(ASKING, ACCOUNT, admission));
    }

    /** What a document that does not say it makes of the connection. */
    private static Admission after(GatewayModel current, Endpoint desired) {
        return NextModel.of(current, model(desired), 1_000, 2)
                .endpoints()
                .getFirst()
                .admission();
    }

    @ParameterizedTest
    @CsvSource({"PENDING, true", "ACCEPTED, false", "REJECTED, true"})
    void e3AcceptTakesInWhatWaitsOrWasRejected(Admission before, boolean changes) {
        Admissions.Outcome outcome = Admissions.accept(model(before), ENDPOINT);
        assertThat(outcome)
                .isEqualTo(
                        changes
                                ? new Admissions.Changed(model(Admission.ACCEPTED), before)
                                : new Admissions.AlreadySo());
    }

    @ParameterizedTest
    @CsvSource({"PENDING, true", "ACCEPTED, true", "REJECTED, false"})
    void e4RejectTurnsAwayWhatWaitsAndDisconnectsWhatIsIn(Admission before, boolean changes) {
        Admissions.Outcome outcome = Admissions.reject(model(before), ENDPOINT);
        assertThat(outcome)
                .isEqualTo(
                        changes
                                ? new Admissions.Changed(model(Admission.REJECTED), before)
                                : new Admissions.AlreadySo());
    }

    @Test
    void e4AnEndpointOfALoadBalancerCanBeRejectedToo() {
        GatewayModel model = model(endpoint(new Backing.Balancer(BALANCER), ACCOUNT, Admission.UNDECIDED));
        assertThat(Admissions.accept(model, ENDPOINT)).isEqualTo(new Admissions.AlreadySo());
        assertThat(Admissions.reject(model, ENDPOINT)).isInstanceOf(Admissions.Changed.class);
    }

    @Test
    void saysThatThereIsNoSuchEndpoint() {
        assertThat(Admissions.accept(model(Admission.PENDING), new EndpointId(1)))
                .isEqualTo(new Admissions.NoSuchEndpoint());
        assertThat(Admissions.reject(GatewayModel.EMPTY, ENDPOINT)).isEqualTo(new Admissions.NoSuchEndpoint());
    }

    @Test
    void e3OfANewEndpointTheServiceDecides() {
        assertThat(after(model(), endpoint(ASKING, ACCOUNT, Admission.UNDECIDED)))
                .isEqualTo(Admission.PENDING);
        assertThat(after(model(), endpoint(OPEN, ACCOUNT, Admission.UNDECIDED))).isEqualTo(Admission.ACCEPTED);
        assertThat(after(model(), endpoint(new Backing.Balancer(BALANCER), ACCOUNT, Admission.UNDECIDED)))
                .isEqualTo(Admission.ACCEPTED);
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "ACCEPTED", "REJECTED"})
    void aDocumentThatDoesNotSayItKeepsTheDecision(Admission before) {
        assertThat(after(model(before), endpoint(ASKING, ACCOUNT, Admission.UNDECIDED)))
                .isEqualTo(before);
        GatewayModel open = model(endpoint(OPEN, ACCOUNT, before));
        assertThat(after(open, endpoint(OPEN, ACCOUNT, Admission.UNDECIDED))).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"PENDING", "ACCEPTED", "REJECTED"})
    void aDocumentThatSaysItDecides(Admission said) {
        assertThat(after(model(Admission.PENDING), endpoint(ASKING, ACCOUNT, said)))
                .isEqualTo(said);
        assertThat(after(model(), endpoint(ASKING, ACCOUNT, said))).isEqualTo(said);
    }

    /** Who was let in is not let in somewhere else by that, nor is another in its place. */
    @Test
    void anotherServiceOrAccountIsDecidedAboutAnew() {
        GatewayModel accepted = model(Admission.ACCEPTED);
        assertThat(after(accepted, endpoint(ASKING, "210987654321", Admission.UNDECIDED)))
                .isEqualTo(Admission.PENDING);
        assertThat(after(
                        model(endpoint(OPEN, ACCOUNT, Admission.ACCEPTED)),
                        endpoint(ASKING, ACCOUNT, Admission.UNDECIDED)))
                .isEqualTo(Admission.PENDING);
        assertThat(after(model(Admission.REJECTED), endpoint(OPEN, ACCOUNT, Admission.UNDECIDED)))
                .isEqualTo(Admission.ACCEPTED);
    }

    @Test
    void inForceNothingIsUndecided() {
        assertThat(Admissions.decided(GatewayModel.EMPTY, model(Admission.UNDECIDED)))
                .isEqualTo(model(Admission.PENDING));
        assertThat(Admissions.decided(model(Admission.ACCEPTED), model(Admission.UNDECIDED)))
                .isEqualTo(model(Admission.ACCEPTED));
    }
}
