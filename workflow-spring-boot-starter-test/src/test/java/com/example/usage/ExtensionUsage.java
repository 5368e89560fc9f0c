package com.example.usage;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.interceptor.ActivityInterceptor;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.interceptor.Invocation;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.Payload;
import dev.workflow.payload.PayloadCodec;

/** Everything that may be put around calls, written as users write it. */
final class ExtensionUsage {

    private ExtensionUsage() {
    }

    static final ClientInterceptor CLIENT = (call) -> {
        call.headers().put("tenant", "a of " + call.name());
        return call.proceed();
    };

    static final ActivityInterceptor ACTIVITY = (attempt) -> attempt.arguments().isEmpty() ? null : attempt.proceed();

    static final class Logging implements WorkflowInterceptor {

        @Override
        public Object execute(Invocation run) throws Throwable {
            return WorkflowInterceptor.super.execute(run);
        }

        @Override
        public Object signal(Invocation signal) throws Throwable {
            return WorkflowInterceptor.super.signal(signal);
        }

        @Override
        public Object query(Invocation query) throws Throwable {
            return WorkflowInterceptor.super.query(query);
        }

        @Override
        public Object update(Invocation update) throws Throwable {
            return WorkflowInterceptor.super.update(update);
        }

        @Override
        public Object activity(Invocation call) throws Throwable {
            return WorkflowInterceptor.super.activity(call);
        }

        @Override
        public Object child(Invocation call) throws Throwable {
            return WorkflowInterceptor.super.child(call);
        }

    }

    static final class Tenants implements ContextPropagator {

        @Override
        public Map<String, String> capture() {
            return Map.of("tenant", "a");
        }

        @Override
        public AutoCloseable restore(Map<String, String> headers) {
            return () -> headers.getOrDefault("tenant", "");
        }

    }

    /** Turns all bytes around. */
    static final class Reversed implements PayloadCodec {

        @Override
        public Payload encode(Payload payload) {
            byte[] reversed = new byte[payload.data().length];
            for (int i = 0; i < reversed.length; i++) {
                reversed[i] = payload.data()[reversed.length - 1 - i];
            }
            return new Payload(payload.metadata(), reversed);
        }

        @Override
        public Payload decode(Payload payload) {
            return encode(payload);
        }

    }

    /** An invocation of a test of an interceptor. */
    record Fixed(String name, List<Object> arguments) implements Invocation {

        @Override
        public Map<String, String> headers() {
            return new HashMap<>();
        }

        @Override
        public Object proceed() {
            return this.name;
        }

    }

}
