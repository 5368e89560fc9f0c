package com.example.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The table of features names tests that are there, in every row. */
class FeaturesTests {

    private static final Path FEATURES = Path.of("..", "docs", "features.md");

    private static final Pattern LINK = Pattern.compile("\\[([^]]+)]\\(([^)#]+)(#[^)]*)?\\)");

    @Test
    void everyLinkedFileExists() throws IOException {
        List<MatchResult> links = LINK.matcher(Files.readString(FEATURES)).results().toList();
        assertThat(links).hasSizeGreaterThan(50).allSatisfy((link) -> {
            assertThat(FEATURES.resolveSibling(link.group(2))).as(link.group(1)).isRegularFile();
            if (link.group(2).endsWith(".java")) {
                assertThat(link.group(2)).endsWith("/" + link.group(1) + ".java").contains("/src/test/");
            }
        });
    }

    @Test
    void everyRowHasATest() throws IOException {
        List<String> rows = Files.readAllLines(FEATURES)
            .stream()
            .filter((line) -> line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| capability"))
            .toList();
        assertThat(rows).hasSizeGreaterThan(30).allSatisfy((row) -> {
            String[] cells = row.split("\\|", -1);
            assertThat(cells).as(row).hasSize(8);
            assertThat(cells[6]).as(row).contains("Tests.java)");
        });
    }

}
