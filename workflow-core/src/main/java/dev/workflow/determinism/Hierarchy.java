package dev.workflow.determinism;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** What classes are and inherit, told by class files alone. */
final class Hierarchy {

    private static final String ACTIVITY = "Ldev/workflow/Activity;";

    private static final String WORKFLOW = "Ldev/workflow/Workflow;";

    private static final String REPOSITORY = "org/springframework/data/repository/Repository";

    private static final List<String> REMOTE = List.of("Lorg/springframework/cloud/openfeign/FeignClient;",
            "Lorg/springframework/web/service/annotation/HttpExchange;");

    private final ClassFiles files;

    private final Map<String, Set<String>> supertypes = new HashMap<>();

    Hierarchy(ClassFiles files) {
        this.files = files;
    }

    /** The type itself, its superclasses, and then all interfaces. */
    Set<String> supertypes(String name) {
        Set<String> known = this.supertypes.get(name);
        if (known == null) {
            known = collect(name);
            this.supertypes.put(name, known);
        }
        return known;
    }

    private Set<String> collect(String name) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> interfaces = new ArrayDeque<>();
        for (String next = name; next != null && found.add(next);) {
            ClassCode type = this.files.find(next);
            next = (type != null) ? type.superName() : null;
            if (type != null) {
                interfaces.addAll(type.interfaces());
            }
        }
        while (!interfaces.isEmpty()) {
            String next = interfaces.removeFirst();
            ClassCode type = found.add(next) ? this.files.find(next) : null;
            if (type != null) {
                interfaces.addAll(type.interfaces());
            }
        }
        return found;
    }

    boolean isSubtype(String name, String supertype) {
        return name.equals(supertype) || supertypes(name).contains(supertype);
    }

    /** The method that a call leads to: its own, inherited, or a default one. */
    @Nullable MethodCode method(String owner, String name, String descriptor) {
        MethodCode declared = null;
        for (String supertype : supertypes(owner)) {
            ClassCode type = this.files.find(supertype);
            MethodCode method = (type != null) ? type.method(name, descriptor) : null;
            if (method != null && !method.isAbstract()) {
                return method;
            }
            declared = (declared != null) ? declared : method;
        }
        return declared;
    }

    /** What the JDK or the engine may call on an instance, through one of their types. */
    Set<MethodCode> callbacks(String name) {
        Set<MethodCode> callbacks = new LinkedHashSet<>();
        for (String supertype : supertypes(name)) {
            ClassCode type = supertype.startsWith("java/") || supertype.startsWith("dev/workflow/")
                    ? this.files.find(supertype) : null;
            if (type != null && !type.isApplication()) {
                type.methods()
                    .values()
                    .stream()
                    .filter(MethodCode::isAbstract)
                    .map((declared) -> method(name, declared.name(), declared.descriptor()))
                    .filter(Objects::nonNull)
                    .forEach(callbacks::add);
            }
        }
        return callbacks;
    }

    boolean isActivity(String name) {
        return isAnnotated(name, List.of(ACTIVITY)) || supertypes(name).contains("dev/workflow/DynamicActivity");
    }

    boolean isWorkflow(String name) {
        return isAnnotated(name, List.of(WORKFLOW));
    }

    boolean isRepository(String name) {
        return supertypes(name).contains(REPOSITORY)
                || isAnnotated(name, List.of("Lorg/springframework/data/repository/RepositoryDefinition;"));
    }

    /** Whether calls of it go over the network. */
    boolean isRemote(String name) {
        return isAnnotated(name, REMOTE);
    }

    boolean isAnnotated(String name, Collection<String> annotations) {
        return supertypes(name).stream().anyMatch((supertype) -> {
            ClassCode type = this.files.find(supertype);
            return type != null && isPresent(type.annotations(), annotations);
        });
    }

    /** Whether one of these is there, or on one of those that are there. */
    boolean isPresent(Collection<String> present, Collection<String> annotations) {
        for (String descriptor : present) {
            if (annotations.contains(descriptor)) {
                return true;
            }
            ClassCode type = descriptor.startsWith("Ljava/") || descriptor.startsWith("Ljdk/") ? null
                    : this.files.find(descriptor.substring(1, descriptor.length() - 1));
            if (type != null && type.annotations().stream().anyMatch(annotations::contains)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the compiler wants to know who throws it. */
    boolean isCheckedException(String name) {
        return isSubtype(name, "java/lang/Exception") && !name.equals("java/lang/Exception")
                && !isSubtype(name, "java/lang/RuntimeException");
    }

    /** Whether what is declared may be what is caught. */
    boolean mayBe(String declared, String caught) {
        return isSubtype(declared, caught) || isSubtype(caught, declared);
    }

}
