package dev.workflow.store;

import java.util.Map;

import jakarta.persistence.Column;
import jakarta.persistence.Table;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.spi.BootstrapContext;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.integrator.spi.Integrator;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.KeyValue;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the engine's tables the engine's inside an application's persistence unit, and
 * touches no other mapping.
 * <ul>
 * <li>Names: a physical naming strategy of the application may rewrite even explicit and
 * quoted names. They are set back to those of the annotations.</li>
 * <li>Schema: the tables are looked for in the schema of the setting {@value #SCHEMA}, if
 * there is one.</li>
 * <li>{@code ddl-auto}: the tables belong to the changelog. Hibernate neither creates,
 * alters, validates nor drops them, else {@code create-drop} in an application's tests
 * would take away the runs, and their indexes for good.</li>
 * </ul>
 * Hibernate finds this class as a service.
 */
public final class PinnedMapping implements Integrator {

    /**
     * The setting of the persistence unit that names the schema of the engine's tables.
     */
    public static final String SCHEMA = "workflow.schema";

    private static final String PACKAGE = PinnedMapping.class.getPackageName();

    @Override
    public void integrate(Metadata metadata, BootstrapContext bootstrapContext,
            SessionFactoryImplementor sessionFactory) {
        Map<String, Object> settings = bootstrapContext.getConfigurationService().getSettings();
        for (PersistentClass entity : metadata.getEntityBindings()) {
            Class<?> type = entity.hasPojoRepresentation() ? entity.getMappedClass() : Object.class;
            if (type.getPackageName().equals(PACKAGE)) {
                pinTable(metadata, entity, type, settings.get(SCHEMA));
                pinColumns(entity, type);
            }
        }
    }

    private static void pinTable(Metadata metadata, PersistentClass entity, Class<?> type, @Nullable Object schema) {
        entity.getTable().setName(quoted(type.getAnnotation(Table.class).name()));
        if (schema != null && !schema.toString().isBlank()) {
            entity.getTable().setSchema(quoted(schema.toString()));
        }
        metadata.getDatabase()
            .getNamespaces()
            .forEach((namespace) -> namespace.getTables().removeIf((table) -> table == entity.getTable()));
    }

    private static void pinColumns(PersistentClass entity, Class<?> type) {
        KeyValue identifier = entity.getIdentifier();
        Property identifierProperty = entity.getIdentifierProperty();
        if (identifier instanceof Component component) {
            component.getProperties().forEach((property) -> pin(type, property));
        }
        else if (identifierProperty != null) {
            pin(type, identifierProperty);
        }
        if (entity.getIdentifierMapper() != null) {
            entity.getIdentifierMapper().getProperties().forEach((property) -> pin(type, property));
        }
        entity.getProperties()
            .stream()
            .filter((property) -> !(property.getValue() instanceof Component))
            .forEach((property) -> pin(type, property));
    }

    private static void pin(Class<?> type, Property property) {
        Value value = property.getValue();
        try {
            String name = type.getDeclaredField(property.getName()).getAnnotation(Column.class).name();
            value.getColumns().forEach((column) -> column.setName(quoted(name)));
        }
        catch (NoSuchFieldException ex) {
            throw new IllegalStateException("No field for " + property.getName() + " of " + type, ex);
        }
    }

    private static String quoted(String name) {
        return "`" + name + "`";
    }

}
