package dev.workflow.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The field for years: {@code *}, {@code 2027}, {@code 2026-2030/2}, or a list of such.
 */
final class Years {

    private static final int MIN = 1970;

    private static final int MAX = 9998;

    private static final Pattern PART = Pattern.compile("(\\*|(\\d{4})(?:-(\\d{4}))?)(?:/(\\d{1,4}))?");

    private final List<Range> ranges;

    private Years(List<Range> ranges) {
        this.ranges = ranges;
    }

    static Years parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw expected(text);
            }
            boolean any = matcher.group(1).equals("*");
            int step = (matcher.group(4) != null) ? Integer.parseInt(matcher.group(4)) : 1;
            int from = any ? MIN : Integer.parseInt(matcher.group(2));
            boolean open = any || (matcher.group(3) == null && matcher.group(4) != null);
            int to = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : open ? MAX : from;
            if (step == 0 || from < MIN || to > MAX || from > to) {
                throw expected(text);
            }
            ranges.add(new Range(from, to, step));
        }
        return new Years(List.copyOf(ranges));
    }

    private static IllegalArgumentException expected(String text) {
        return new IllegalArgumentException("expected years from " + MIN + " to " + MAX
                + " as '*', '2027', '2026-2028' or a list of these, not '" + text + "'");
    }

    @Nullable Integer nextOrSame(int year) {
        return this.ranges.stream()
            .map((range) -> range.nextOrSame(year))
            .filter((next) -> next <= MAX)
            .min(Integer::compare)
            .orElse(null);
    }

    private record Range(int from, int to, int step) {

        /** Beyond the last year where there is none any more. */
        int nextOrSame(int year) {
            if (year <= this.from) {
                return this.from;
            }
            int next = year + Math.floorMod(this.from - year, this.step);
            return (next <= this.to) ? next : MAX + 1;
        }

    }

}
