/**
 * What may be put around calls of clients, workflows and activities, and the propagation
 * of context along them. Interceptors of workflows run on replay, too, and so obey the
 * rules of workflow code.
 */
@NullMarked
package dev.workflow.interceptor;

import org.jspecify.annotations.NullMarked;
