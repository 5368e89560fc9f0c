package dev.workflow.determinism;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.asm.ClassReader;

/**
 * Reads class files from a class loader, each once: those of the application with their
 * code, others without. One that cannot be read is remembered and otherwise treated as if
 * it were not there.
 */
final class ClassFiles {

    private final ClassLoader loader;

    private final Predicate<String> application;

    private final Map<String, Optional<ClassCode>> read = new HashMap<>();

    private final Map<String, String> unreadable = new LinkedHashMap<>();

    /**
     * Class files.
     * @param loader finds them
     * @param application whether the class of an internal name belongs to the application
     */
    ClassFiles(ClassLoader loader, Predicate<String> application) {
        this.loader = loader;
        this.application = application;
    }

    /** The class of that internal name; null when it cannot be read. */
    @Nullable ClassCode find(String name) {
        Optional<ClassCode> known = this.read.get(name);
        if (known == null) {
            known = Optional.ofNullable(name.startsWith("[") ? null : read(name));
            this.read.put(name, known);
        }
        return known.orElse(null);
    }

    /** Whether the class was found, and its code read. */
    boolean isApplication(String name) {
        ClassCode type = this.application.test(name) ? find(name) : null;
        return type != null;
    }

    /** Classes of the application that could not be read, with the reason. */
    Map<String, String> unreadable() {
        return this.unreadable;
    }

    int size() {
        return this.read.size();
    }

    private @Nullable ClassCode read(String name) {
        boolean code = this.application.test(name);
        try (InputStream file = this.loader.getResourceAsStream(name + ".class")) {
            if (file == null) {
                return refuse(name, code, "there is no class file");
            }
            ClassCodeReader reader = new ClassCodeReader(code);
            new ClassReader(file.readAllBytes()).accept(reader,
                    code ? ClassReader.EXPAND_FRAMES : ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG);
            return reader.code();
        }
        catch (IOException | RuntimeException ex) {
            // A class file newer than the reader fails in any way that broken data can.
            return refuse(name, code, ex.toString());
        }
    }

    private @Nullable ClassCode refuse(String name, boolean code, String reason) {
        if (code) {
            this.unreadable.put(name.replace('/', '.'), reason);
        }
        return null;
    }

}
