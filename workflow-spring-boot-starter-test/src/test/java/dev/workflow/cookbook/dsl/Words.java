package dev.workflow.cookbook.dsl;

import java.util.Locale;

import dev.workflow.Activity;

/** What programs can call: {@code Words.upper} and so on. */
@Activity
public class Words {

    public String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    public int length(String word) {
        return word.length();
    }

    public String join(String left, String right) {
        return left + right;
    }

}
