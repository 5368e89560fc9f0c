package dev.workflow.cookbook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the pages of the cookbook show is what the recipes' tests run. */
class CookbookPagesTests {

    private static final Path DIRECTORY = Path.of("..", "docs", "cookbook");

    private static final Path RECIPES = Path.of("src", "test", "java", "dev", "workflow", "cookbook");

    /** A link to a file of this repository, or the begin of a block of Java. */
    private static final Pattern LINK_OR_BLOCK = Pattern.compile(
            "\\]\\((?<link>[^):#]+)(#[^)]*)?\\)|^```java\\n(?<block>.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.filter((file) -> file.toString().endsWith(".md")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyBlockIsInTheFileThatIsNamedBeforeIt(Path page) throws IOException {
        String source = null;
        Matcher found = LINK_OR_BLOCK.matcher(Files.readString(page));
        while (found.find()) {
            String link = found.group("link");
            if (link == null) {
                assertThat(source).as("a file that is named before the block").isNotNull();
                assertThat(contains(source, found.group("block"))).as("not in the file: %s", found.group("block"))
                    .isTrue();
            }
            else if (link.endsWith(".java")) {
                source = Files.readString(page.resolveSibling(link));
            }
        }
    }

    /** Whether these lines are somewhere in the source, however far indented. */
    private static boolean contains(String source, String block) {
        List<String> lines = source.lines().toList();
        String wanted = block.stripIndent().strip();
        int length = (int) block.stripTrailing().lines().count();
        for (int i = 0; i + length <= lines.size(); i++) {
            if (String.join("\n", lines.subList(i, i + length)).stripIndent().strip().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) throws IOException {
        Matcher found = LINK_OR_BLOCK.matcher(Files.readString(page));
        while (found.find()) {
            if (found.group("link") != null) {
                assertThat(page.resolveSibling(found.group("link"))).exists();
            }
        }
    }

    @Test
    void everyRecipeHasItsPageAndEveryPageIsInTheIndex() throws IOException {
        List<String> recipes = new ArrayList<>();
        try (Stream<Path> packages = Files.list(RECIPES)) {
            packages.filter(Files::isDirectory).forEach((directory) -> recipes.add(directory.getFileName().toString()));
        }
        List<String> names = pages().stream().map((page) -> page.getFileName().toString()).toList();
        assertThat(names).extracting((name) -> name.replace("-", "").replace(".md", ""))
            .containsExactlyInAnyOrderElementsOf(Stream.concat(recipes.stream(), Stream.of("README")).toList());
        String index = Files.readString(DIRECTORY.resolve("README.md"));
        assertThat(names).filteredOn((name) -> !name.equals("README.md"))
            .allSatisfy((name) -> assertThat(index).contains("](" + name + ")"));
    }

}
