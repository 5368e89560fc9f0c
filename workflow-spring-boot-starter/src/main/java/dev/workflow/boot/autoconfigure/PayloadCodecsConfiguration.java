package dev.workflow.boot.autoconfigure;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.payload.EncryptionKeys;
import dev.workflow.payload.PayloadCodec;
import dev.workflow.payload.PayloadCodecs;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/**
 * How values are stored: compressed, encrypted, and through the application's own codecs.
 */
@Configuration(proxyBeanMethods = false)
class PayloadCodecsConfiguration {

    @Bean
    @ConditionalOnMissingBean
    PayloadCodecs workflowPayloadCodecs(ObjectProvider<PayloadCodec> codecs, WorkflowProperties properties) {
        WorkflowProperties.Payload payload = properties.payload();
        WorkflowProperties.Encryption encryption = payload.encryption();
        DataSize compression = payload.compression();
        return PayloadCodecs.of(codecs.orderedStream().toList(), (compression != null) ? compression.toBytes() : null,
                EncryptionKeys.of(encryption.keyId(), encryption.key(), encryption.oldKeys()), payload.encodeMemo());
    }

}
