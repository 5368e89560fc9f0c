/**
 * What operators see: the health {@code workflow}, the endpoint {@code workflows} and the
 * meters. All of it reads what the engine knows already and costs the database next to
 * nothing.
 */
@NullMarked
package dev.workflow.boot.actuate;

import org.jspecify.annotations.NullMarked;
