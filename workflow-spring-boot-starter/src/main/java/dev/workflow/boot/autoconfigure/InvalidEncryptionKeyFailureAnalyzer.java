package dev.workflow.boot.autoconfigure;

import dev.workflow.payload.InvalidEncryptionKeyException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Keys of {@code workflow.payload.encryption} that cannot encrypt. */
final class InvalidEncryptionKeyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidEncryptionKeyException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidEncryptionKeyException cause) {
        return new FailureAnalysis(cause.getMessage() + ".",
                "Set workflow.payload.encryption.key (and each of workflow.payload.encryption.old-keys) to the base64 "
                        + "of 16, 24 or 32 random bytes, for example from 'openssl rand -base64 32', and give each key "
                        + "an id of its own. What was encrypted with a key can only be read with that key: keep the "
                        + "old ones under old-keys.",
                cause);
    }

}
