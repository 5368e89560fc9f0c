package dev.workflow.payload;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.module.SimpleAbstractTypeResolver;
import tools.jackson.databind.type.TypeFactory;

/**
 * Sets in the order of their JSON, unless their elements have the same hash code in each
 * process. That of an enum, an array or an object without one of its own is another one
 * each time, and with it the order of a hash set, so that a replay would go through it in
 * another way.
 */
final class OrderedSets extends SimpleAbstractTypeResolver {

    private static final Set<Class<?>> STABLE = Set.of(String.class, Boolean.class, Character.class, Byte.class,
            Short.class, Integer.class, Long.class, Float.class, Double.class, BigDecimal.class, BigInteger.class,
            UUID.class);

    @Override
    public @Nullable JavaType findTypeMapping(DeserializationConfig config, JavaType type) {
        if (type.getRawClass() == Set.class
                && !hasStableHash(type.getContentType(), config.getTypeFactory(), new HashSet<>())) {
            return config.getTypeFactory().constructCollectionType(LinkedHashSet.class, type.getContentType());
        }
        return super.findTypeMapping(config, type);
    }

    /**
     * Whether it is the same in each process.
     * @param asked the records that are being looked at: one that has itself as a part
     * depends on its other parts
     */
    private static boolean hasStableHash(JavaType type, TypeFactory types, Set<JavaType> asked) {
        Class<?> raw = type.getRawClass();
        if (raw.isRecord()) {
            return !asked.add(type) || hasStableParts(type, types, asked);
        }
        boolean time = raw.getPackageName().equals("java.time") && !raw.isEnum() && !raw.isArray();
        return raw.isPrimitive() || time || STABLE.contains(raw);
    }

    private static boolean hasStableParts(JavaType type, TypeFactory types, Set<JavaType> asked) {
        for (RecordComponent part : type.getRawClass().getRecordComponents()) {
            if (!hasStableHash(types.resolveMemberType(part.getGenericType(), type.getBindings()), types, asked)) {
                return false;
            }
        }
        return true;
    }

}
