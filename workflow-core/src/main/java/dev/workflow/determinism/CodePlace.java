package dev.workflow.determinism;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A line of code.
 *
 * @param className full name of the class
 * @param method the method as the source has it; the constructor is {@code <init>},
 * static initializers are {@code <clinit>}, a lambda belongs to the method that it is in,
 * and empty is the class itself
 * @param sourceFile name of the source file; null when the class file does not tell
 * @param line the line; 0 when the class file does not tell
 */
public record CodePlace(String className, String method, @Nullable String sourceFile, int line) {

    private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.+)\\$\\d+");

    static CodePlace in(MethodCode method, int line) {
        return new CodePlace(method.type().displayName(), sourceName(method.name()), method.type().sourceFile(), line);
    }

    private static String sourceName(String name) {
        Matcher lambda = LAMBDA.matcher(name);
        if (!lambda.matches()) {
            return name;
        }
        return switch (lambda.group(1)) {
            case "new" -> "<init>";
            case "static" -> "<clinit>";
            default -> lambda.group(1);
        };
    }

    /** For example {@code Prices.discount (Prices.java:17)}. */
    @Override
    public String toString() {
        String type = this.className.substring(this.className.lastIndexOf('.') + 1).replace('$', '.');
        String code = switch (this.method) {
            case "<init>" -> "new " + type;
            case "<clinit>" -> "static initializer of " + type;
            case "" -> type;
            default -> type + "." + this.method;
        };
        return (this.sourceFile != null && this.line > 0) ? code + " (" + this.sourceFile + ":" + this.line + ")"
                : code;
    }

}
