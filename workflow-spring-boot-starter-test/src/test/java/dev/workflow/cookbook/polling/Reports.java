package dev.workflow.cookbook.polling;

import java.util.Optional;

/** A slow system of somebody else, which has no way to call us back. */
interface Reports {

    Optional<String> find(String id);

}
