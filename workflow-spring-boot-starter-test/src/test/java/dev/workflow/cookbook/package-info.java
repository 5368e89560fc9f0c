/**
 * The recipes of {@code docs/cookbook}, as code that runs. One application with one
 * package for each recipe; its pages quote these files, and {@code CookbookPagesTests}
 * checks that they still do.
 */
package dev.workflow.cookbook;
