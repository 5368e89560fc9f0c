package dev.workflow.boot.web;

import java.security.Principal;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ForwardedHeaderFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who gets in and who does not. */
class AccessRulesTests {

    private final AccessRules rules = new AccessRules(false);

    private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/v1/workflows");

    @ParameterizedTest
    @ValueSource(strings = { "127.0.0.1", "127.8.9.1", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1" })
    void programOnTheSameMachineGetsIn(String address) {
        this.request.setRemoteAddr(address);
        assertAccepted(this.request);
    }

    @ParameterizedTest
    @ValueSource(strings = { "10.0.0.5", "192.168.1.2", "2001:db8::1", "::ffff:10.0.0.1", "localhost", "",
            "127.0.0.1.evil" })
    void anonymousFromElsewhereIsRefused(String address) {
        this.request.setRemoteAddr(address);
        assertRefused(this.request, ProblemType.ACCESS_DENIED);
    }

    @Test
    void anonymousFromElsewhereGetsInWhereTheApplicationSaysSo() {
        this.request.setRemoteAddr("10.0.0.5");
        assertThatNoException().isThrownBy(() -> new AccessRules(true).check(this.request));
    }

    @Test
    void authenticatedFromElsewhereGetsIn() {
        this.request.setRemoteAddr("10.0.0.5");
        this.request.setServerName("workflows.example.com");
        this.request.setUserPrincipal((Principal) () -> "ann");
        assertAccepted(this.request);
    }

    @ParameterizedTest
    @ValueSource(strings = { "X-Forwarded-For", "Forwarded", "X-Forwarded-Proto", "x-real-ip", "Via" })
    void whatAProxyForwardedIsNotLocal(String header) {
        this.request.addHeader(header, "127.0.0.1");
        assertRefused(this.request, ProblemType.ACCESS_DENIED);
    }

    @Test
    void forwardedAddressThatAFilterBelievedIsNotLocal() throws Exception {
        this.request.setRemoteAddr("10.0.0.5");
        this.request.addHeader("X-Forwarded-For", "127.0.0.1");
        MockFilterChain chain = new MockFilterChain();
        new ForwardedHeaderFilter().doFilter(this.request, new MockHttpServletResponse(), chain);
        HttpServletRequest wrapped = (HttpServletRequest) chain.getRequest();
        assertThat(wrapped.getRemoteAddr()).isEqualTo("127.0.0.1");
        assertThat(wrapped.getHeader("X-Forwarded-For")).isNull();
        assertRefused(wrapped, ProblemType.ACCESS_DENIED);
    }

    @Test
    void addressThatAWrapperMadeLocalIsNotLocal() {
        this.request.setRemoteAddr("10.0.0.5");
        assertRefused(new HttpServletRequestWrapper(this.request) {
            @Override
            public String getRemoteAddr() {
                return "127.0.0.1";
            }
        }, ProblemType.ACCESS_DENIED);
    }

    @Test
    void requestThatTomcatMarkedAsForwardedIsNotLocal() {
        this.request.setAttribute("org.apache.tomcat.request.forwarded", true);
        assertRefused(this.request, ProblemType.ACCESS_DENIED);
    }

    @ParameterizedTest
    @ValueSource(strings = { "localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "[::1]", "::1" })
    void loopbackHostIsTrusted(String host) {
        this.request.setServerName(host);
        assertAccepted(this.request);
    }

    @ParameterizedTest
    @ValueSource(strings = { "rebound.example.com", "localhost.example.com", "10.0.0.5", "127.0.0.1.example.com" })
    void localRequestUnderAForeignNameIsRefused(String host) {
        this.request.setServerName(host);
        assertRefused(this.request, ProblemType.UNTRUSTED_HOST);
    }

    /** They could be looked up, and lead here. */
    @ParameterizedTest
    @ValueSource(strings = { "cafe.de", "bad.ca", "dead.be", "fe", "a.b" })
    void nameOfHexadecimalDigitsIsNoAddress(String host) {
        assertThat(AccessRules.isLiteral(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "127.0.0.1", "::1", "[::1]", "fe80::1%eth0", "::ffff:127.0.0.1" })
    void addressIsTakenAsItIs(String host) {
        assertThat(AccessRules.isLiteral(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://evil.example.com", "https://localhost", "http://localhost:9090", "null", "%%%" })
    void changeFromAForeignOriginIsRefused(String origin) {
        this.request.setMethod("POST");
        this.request.addHeader("Origin", origin);
        assertRefused(this.request, ProblemType.FOREIGN_ORIGIN);
        this.request.setUserPrincipal((Principal) () -> "ann");
        assertRefused(this.request, ProblemType.FOREIGN_ORIGIN);
    }

    @Test
    void changeFromTheSameOriginGetsIn() {
        this.request.setMethod("POST");
        this.request.setServerPort(8080);
        this.request.addHeader("Origin", "http://localhost:8080");
        assertAccepted(this.request);
    }

    @Test
    void laterDispatchOfAnAcceptedRequestIsAccepted() {
        this.request.setUserPrincipal((Principal) () -> "ann");
        this.request.setRemoteAddr("10.0.0.5");
        assertAccepted(this.request);
        this.request.setUserPrincipal(null);
        assertAccepted(this.request);
    }

    private void assertAccepted(HttpServletRequest accepted) {
        assertThatNoException().isThrownBy(() -> this.rules.check(accepted));
    }

    private void assertRefused(HttpServletRequest refused, ProblemType type) {
        assertThatExceptionOfType(RestProblem.class).isThrownBy(() -> this.rules.check(refused))
            .extracting(RestProblem::type)
            .isEqualTo(type);
    }

}
