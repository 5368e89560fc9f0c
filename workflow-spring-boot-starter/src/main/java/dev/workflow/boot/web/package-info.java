/**
 * The REST resources, their problem details, and the one door that every request to them
 * goes through. They are served by a handler mapping and a JSON mapper of their own, so
 * that nothing that the application sets for its controllers (converters, advice,
 * versions, problem details) changes them, and they change nothing of the application's.
 */
@NullMarked
package dev.workflow.boot.web;

import org.jspecify.annotations.NullMarked;
