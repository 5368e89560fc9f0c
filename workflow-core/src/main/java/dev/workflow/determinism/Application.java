package dev.workflow.determinism;

import java.net.URL;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.workflow.Workflows;
import org.jspecify.annotations.Nullable;
import org.springframework.util.AntPathMatcher;

/**
 * Says which classes the check reads: those in the application's packages and the
 * packages under them, neither the engine's own nor those that a pattern excludes.
 */
final class Application {

    private static final String ENGINE = "dev/workflow/";

    private final Set<String> prefixes = new TreeSet<>();

    private final List<String> excluded;

    private final ClassLoader loader;

    private final String engineLocation;

    private final AntPathMatcher patterns = new AntPathMatcher(".");

    private final Map<String, Boolean> known = new HashMap<>();

    /**
     * An application.
     * @param packages names of its packages
     * @param excluded patterns of class names, such as {@code com.example.legacy.**}
     * @param loader finds its classes
     */
    Application(Collection<String> packages, Collection<String> excluded, ClassLoader loader) {
        packages.forEach((name) -> this.prefixes.add(name.isEmpty() ? "" : name.replace('.', '/') + "/"));
        this.excluded = List.copyOf(excluded);
        this.loader = loader;
        this.engineLocation = location(Workflows.class.getClassLoader(), "dev/workflow/Workflows");
    }

    /** Whether the class of this internal name is to be read. */
    boolean contains(String name) {
        return this.known.computeIfAbsent(name, this::isRead);
    }

    private boolean isRead(String name) {
        boolean inPackage = this.prefixes.stream()
            .anyMatch((prefix) -> prefix.isEmpty() ? name.indexOf('/') < 0 : name.startsWith(prefix));
        return inPackage && !isEngine(name) && !isExcluded(name);
    }

    private boolean isExcluded(String name) {
        String className = name.replace('/', '.');
        int nested = className.indexOf('$');
        String outermost = (nested > 0) ? className.substring(0, nested) : className;
        return this.excluded.stream()
            .anyMatch((pattern) -> this.patterns.match(pattern, className) || this.patterns.match(pattern, outermost));
    }

    /** Applications, too, may live in packages whose names begin like the engine's. */
    private boolean isEngine(String name) {
        return name.startsWith(ENGINE) && this.engineLocation.equals(location(this.loader, name));
    }

    private static String location(@Nullable ClassLoader loader, String name) {
        String file = name + ".class";
        URL url = (loader != null) ? loader.getResource(file) : ClassLoader.getSystemResource(file);
        String text = (url != null) ? url.toString() : "";
        return text.endsWith(file) ? text.substring(0, text.length() - file.length()) : text;
    }

}
