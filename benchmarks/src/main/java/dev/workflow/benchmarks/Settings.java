package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How the workloads run. Immutable. */
final class Settings {

    private final Map<Setting, Long> values;

    private Settings(Map<Setting, Long> values) {
        this.values = values;
    }

    /** The settings that {@code docs/performance.md} reports. */
    static Settings defaults() {
        Map<Setting, Long> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, setting.initially());
        }
        return new Settings(values);
    }

    /** Applies one argument of the command line: {@code name=value}. */
    Settings with(String argument) {
        String[] parts = argument.split("=", 2);
        Setting setting = Arrays.stream(Setting.values())
            .filter((each) -> each.label().equals(parts[0].toLowerCase(Locale.ROOT)))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("Unknown setting '" + argument + "'; there are "
                    + Arrays.stream(Setting.values()).map(Setting::label).collect(Collectors.joining(", "))));
        return with(setting, setting.parse(parts[1]));
    }

    /** A number, or milliseconds. */
    Settings with(Setting setting, long value) {
        Map<Setting, Long> changed = new EnumMap<>(this.values);
        changed.put(setting, value);
        return new Settings(changed);
    }

    int number(Setting setting) {
        return Math.toIntExact(value(setting));
    }

    Duration duration(Setting setting) {
        return Duration.ofMillis(value(setting));
    }

    private long value(Setting setting) {
        return this.values.getOrDefault(setting, setting.initially());
    }

    Map<String, String> description() {
        String all = this.values.entrySet()
            .stream()
            .map((entry) -> entry.getKey().label() + " " + entry.getKey().describe(entry.getValue()))
            .collect(Collectors.joining(", "));
        return Map.of("settings", all, "payload", Payload.BYTES + " bytes");
    }

}
