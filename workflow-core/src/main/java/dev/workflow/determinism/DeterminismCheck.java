package dev.workflow.determinism;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.springframework.util.ClassUtils;

/**
 * Reads the byte code of workflow classes, and of everything in the application that they
 * may call, and finds what would not be the same in a replay. In a test:
 *
 * <pre>{@code
 * DeterminismCheck.of(OrderWorkflow.class).verify();
 * }</pre>
 *
 * <p>
 * Classes count as the application's when they are in the package of a workflow class, in
 * one of {@link #packages(String...)}, or in a package under them. Calls of other
 * classes, of activities and of other workflows end there. Immutable: every method that
 * changes something returns another check. Nothing is loaded or run but the workflow
 * classes themselves.
 */
public final class DeterminismCheck {

    private final List<Class<?>> workflows;

    private final Set<String> packages;

    private final List<String> excluded;

    private final Function<Class<?>, ? extends Collection<Class<?>>> implementations;

    private final int jdk;

    private DeterminismCheck(List<Class<?>> workflows, Set<String> packages, List<String> excluded,
            Function<Class<?>, ? extends Collection<Class<?>>> implementations, int jdk) {
        this.workflows = List.copyOf(workflows);
        this.packages = Set.copyOf(packages);
        this.excluded = List.copyOf(excluded);
        this.implementations = implementations;
        this.jdk = jdk;
    }

    /** A check of these workflow classes. */
    public static DeterminismCheck of(Class<?>... workflows) {
        return of(List.of(workflows));
    }

    /** A check of these workflow classes. */
    public static DeterminismCheck of(Collection<Class<?>> workflows) {
        return new DeterminismCheck(List.copyOf(workflows), Set.of(), List.of(), (type) -> List.of(),
                Runtime.version().feature());
    }

    /** Reads code in these packages, too, and in those under them. */
    public DeterminismCheck packages(String... names) {
        Set<String> all = new LinkedHashSet<>(this.packages);
        all.addAll(Arrays.asList(names));
        return new DeterminismCheck(this.workflows, all, this.excluded, this.implementations, this.jdk);
    }

    /**
     * Leaves classes out, as if they were a library's.
     * @param patterns patterns of full class names, such as
     * {@code com.example.legacy.**}: {@code *} is anything within a name between two
     * points, {@code **} any names; nested classes go with the one that they are in
     */
    public DeterminismCheck exclude(String... patterns) {
        List<String> all = new ArrayList<>(this.excluded);
        all.addAll(Arrays.asList(patterns));
        return new DeterminismCheck(this.workflows, this.packages, all, this.implementations, this.jdk);
    }

    /**
     * Says what a call of an interface or abstract class may lead to, beside the classes
     * that the code itself makes instances of.
     * @param types gives the classes of the beans of a type
     */
    public DeterminismCheck implementations(Function<Class<?>, ? extends Collection<Class<?>>> types) {
        return new DeterminismCheck(this.workflows, this.packages, this.excluded, types, this.jdk);
    }

    /** For the rules of a JDK of that version. */
    DeterminismCheck jdk(int version) {
        return new DeterminismCheck(this.workflows, this.packages, this.excluded, this.implementations, version);
    }

    /** Everything that is found, workflow by workflow. */
    public List<Finding> findings() {
        return report().findings();
    }

    /**
     * Fails with everything that is found.
     * @throws DeterminismException when there is something
     */
    public void verify() {
        List<Finding> findings = findings();
        if (!findings.isEmpty()) {
            throw new DeterminismException(findings);
        }
    }

    /** What is found, and what could not be looked at. */
    public Report report() {
        Map<ClassLoader, List<Class<?>>> byLoader = new LinkedHashMap<>();
        this.workflows.forEach(
                (workflow) -> byLoader.computeIfAbsent(loader(workflow), (key) -> new ArrayList<>()).add(workflow));
        List<Finding> findings = new ArrayList<>();
        Map<String, String> unreadable = new LinkedHashMap<>();
        int classes = 0;
        for (Map.Entry<ClassLoader, List<Class<?>>> entry : byLoader.entrySet()) {
            ClassFiles files = new ClassFiles(entry.getKey(), application(entry.getKey())::contains);
            findings.addAll(findings(entry.getValue(), files, entry.getKey()));
            unreadable.putAll(files.unreadable());
            classes += files.size();
        }
        return new Report(List.copyOf(findings), unreadable, classes);
    }

    private List<Finding> findings(List<Class<?>> classes, ClassFiles files, ClassLoader loader) {
        Hierarchy hierarchy = new Hierarchy(files);
        CallRules rules = new CallRules(files, hierarchy, this.jdk < 24);
        Map<String, Collection<String>> beans = new LinkedHashMap<>();
        return classes.stream()
            .flatMap((workflow) -> new Walk(workflow, files, hierarchy,
                    (type) -> beans.computeIfAbsent(type, (name) -> beans(name, loader)), rules)
                .findings()
                .stream())
            .toList();
    }

    private Collection<String> beans(String type, ClassLoader loader) {
        try {
            return this.implementations.apply(ClassUtils.forName(type.replace('/', '.'), loader))
                .stream()
                .map(WorkflowCode::internalName)
                .toList();
        }
        catch (ClassNotFoundException | LinkageError ex) {
            // A type that cannot be loaded has no beans.
            return List.of();
        }
    }

    private Application application(ClassLoader loader) {
        List<String> names = Stream.concat(this.packages.stream(), this.workflows.stream().map(Class::getPackageName))
            .toList();
        return new Application(names, this.excluded, loader);
    }

    private static ClassLoader loader(Class<?> workflow) {
        ClassLoader loader = workflow.getClassLoader();
        return (loader != null) ? loader : ClassLoader.getSystemClassLoader();
    }

    /**
     * The outcome of a check.
     *
     * @param findings what was found
     * @param unreadable names of the classes of the application that could not be read,
     * with the reason: what they do is unknown
     * @param classes how many class files were read
     */
    public record Report(List<Finding> findings, Map<String, String> unreadable, int classes) {
    }

}
