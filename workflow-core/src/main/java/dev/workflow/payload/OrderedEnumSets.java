package dev.workflow.payload;

import java.util.LinkedHashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.module.SimpleAbstractTypeResolver;

/**
 * Sets of enums in the order of their JSON: an enum's hash code is another one in each
 * process, and with it the order of a hash set, so that a replay would go through it in
 * another way.
 */
final class OrderedEnumSets extends SimpleAbstractTypeResolver {

    @Override
    public @Nullable JavaType findTypeMapping(DeserializationConfig config, JavaType type) {
        if (type.getRawClass() == Set.class && type.getContentType().isEnumType()) {
            return config.getTypeFactory().constructCollectionType(LinkedHashSet.class, type.getContentType());
        }
        return super.findTypeMapping(config, type);
    }

}
