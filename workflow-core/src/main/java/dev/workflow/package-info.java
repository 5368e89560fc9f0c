/**
 * What workflow code sees: the annotations, {@code Workflows}, {@code Activities},
 * promises and sagas. It knows nothing of how runs are replayed, stored or executed; what
 * a call means is decided by the run it is made in.
 */
@NullMarked
package dev.workflow;

import org.jspecify.annotations.NullMarked;
