package dev.workflow.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A store through which a node cannot admit, as if it always died just before. */
final class CrashedAdmissions {

    private CrashedAdmissions() {
    }

    static EngineStore of(EngineStore store, AtomicBoolean crashed) {
        AdmissionStore admissions = proxy(AdmissionStore.class, store.admissions(), "admit", () -> {
            if (crashed.get()) {
                throw new StoreException(StoreException.Kind.TRANSIENT, "It died", null);
            }
            return null;
        });
        return proxy(EngineStore.class, store, "admissions", () -> admissions);
    }

    /** The database refuses whatever is asked about one type. */
    static EngineStore refused(EngineStore store, String workflowType) {
        AdmissionStore target = store.admissions();
        AdmissionStore admissions = (AdmissionStore) Proxy.newProxyInstance(AdmissionStore.class.getClassLoader(),
                new Class<?>[] { AdmissionStore.class }, (proxy, called, given) -> {
                    if (called.getName().equals("admit")
                            && ((AdmissionStore.Round) given[0]).workflowType().equals(workflowType)) {
                        throw new StoreException(StoreException.Kind.REJECTED, "Refused", null);
                    }
                    return invoke(target, called, given);
                });
        return proxy(EngineStore.class, store, "admissions", () -> admissions);
    }

    /** Hears what is asked of it. */
    static EngineStore watched(EngineStore store, Consumer<String> listener) {
        AdmissionStore watched = store.admissions();
        AdmissionStore admissions = (AdmissionStore) Proxy.newProxyInstance(AdmissionStore.class.getClassLoader(),
                new Class<?>[] { AdmissionStore.class }, (proxy, called, given) -> {
                    listener.accept(called.getName());
                    return invoke(watched, called, given);
                });
        return proxy(EngineStore.class, store, "admissions", () -> admissions);
    }

    /** Does that before the method, unless it returns what the method would. */
    private static <T> T proxy(Class<T> type, T target, String method, java.util.function.Supplier<Object> instead) {
        return type
            .cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, called, given) -> {
                if (called.getName().equals(method)) {
                    Object result = instead.get();
                    if (result != null) {
                        return result;
                    }
                }
                return invoke(target, called, given);
            }));
    }

    private static Object invoke(Object target, Method called, Object[] given) throws Throwable {
        try {
            return called.invoke(target, given);
        }
        catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }

}
