/**
 * What an application sees of the starter: its properties and the qualifiers that choose
 * a database. Everything else is wired by the packages below, and each part of it gives
 * way to a bean of the application's own.
 */
@NullMarked
package dev.workflow.boot;

import org.jspecify.annotations.NullMarked;
