package dev.workflow.payload;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Stack traces as text, a line for each frame in the form of the JDK, and back. */
final class StackTraces {

    private static final int MAX_FRAMES = 30;

    private static final int MAX_LENGTH = 16 * 1024;

    private static final int MAX_LINE = 2_000;

    /**
     * {@code loader/module@version/class.method(file:line)}, as
     * {@link StackTraceElement#toString()} writes it.
     */
    private static final Pattern FRAME = Pattern.compile("\\s*(?:at )?(?:(?<origin>[^(]*?)/)??"
            + "(?<class>[^/(]+(?:/0x[0-9a-f]+)?)\\.(?<method>[^.(]+)\\((?<source>[^()]*)\\)");

    private StackTraces() {
    }

    /** The topmost frames, and how many more there were; null when there are none. */
    static @Nullable String text(StackTraceElement[] frames) {
        if (frames.length == 0) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frames.length; i++) {
            String line = "at " + frames[i];
            if (i == MAX_FRAMES || text.length() + line.length() >= MAX_LENGTH) {
                return text.append("... ").append(frames.length - i).append(" more").toString();
            }
            text.append(line).append((i + 1 < frames.length) ? "\n" : "");
        }
        return text.toString();
    }

    /** The frames of a text; lines that are none are left out. */
    static StackTraceElement[] parse(String text) {
        List<StackTraceElement> frames = new ArrayList<>();
        text.lines().forEach((line) -> {
            Matcher matcher = FRAME.matcher(line);
            if (line.length() <= MAX_LINE && matcher.matches()) {
                frames.add(frame(matcher));
            }
        });
        return frames.toArray(StackTraceElement[]::new);
    }

    private static StackTraceElement frame(Matcher matcher) {
        String origin = matcher.group("origin");
        String loader = null;
        String module = origin;
        if (origin != null && origin.contains("/")) {
            loader = origin.substring(0, origin.indexOf('/'));
            module = origin.substring(origin.indexOf('/') + 1);
        }
        String version = null;
        if (module != null && module.contains("@")) {
            version = module.substring(module.indexOf('@') + 1);
            module = module.substring(0, module.indexOf('@'));
        }
        String source = matcher.group("source");
        return new StackTraceElement(loader, emptyToNull(module), version, matcher.group("class"),
                matcher.group("method"), file(source), line(source));
    }

    private static @Nullable String file(String source) {
        if (source.equals("Native Method") || source.equals("Unknown Source")) {
            return null;
        }
        int colon = lineSeparator(source);
        return (colon < 0) ? source : source.substring(0, colon);
    }

    /** The line; -2 marks a native method and -1 an unknown line. */
    private static int line(String source) {
        if (source.equals("Native Method")) {
            return -2;
        }
        int colon = lineSeparator(source);
        return (colon < 0) ? -1 : Integer.parseInt(source, colon + 1, source.length(), 10);
    }

    private static int lineSeparator(String source) {
        int colon = source.lastIndexOf(':');
        boolean number = colon >= 0 && colon + 1 < source.length() && source.length() - colon <= 9
                && source.chars().skip(colon + 1L).allMatch((c) -> c >= '0' && c <= '9');
        return number ? colon : -1;
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return (text == null || text.isEmpty()) ? null : text;
    }

}
