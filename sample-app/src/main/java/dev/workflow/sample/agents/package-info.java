/**
 * An agent: a model that asks for tools, tools that are activities, and a person who has
 * to agree before one of them changes anything. The model is a stand-in that needs no
 * network and always answers the same.
 */
@NullMarked
package dev.workflow.sample.agents;

import org.jspecify.annotations.NullMarked;
