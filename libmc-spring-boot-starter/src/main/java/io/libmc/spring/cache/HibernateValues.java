package io.libmc.spring.cache;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.hibernate.bytecode.enhance.spi.interceptor.BytecodeLazyAttributeInterceptor;
import org.hibernate.collection.spi.PersistentBag;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.collection.spi.PersistentIdentifierBag;
import org.hibernate.collection.spi.PersistentList;
import org.hibernate.collection.spi.PersistentMap;
import org.hibernate.collection.spi.PersistentSet;
import org.hibernate.engine.spi.PersistentAttributeInterceptable;
import org.hibernate.proxy.AbstractSerializableProxy;
import org.hibernate.proxy.HibernateProxy;
import org.hibernate.proxy.LazyInitializer;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * What Hibernate's collections and proxies stand for. Only {@link StandIns} uses it.
 */
final class HibernateValues {

	/**
	 * Where a collection holds the plain one. Copying that instead would hash elements,
	 * whose {@code hashCode} may load others.
	 */
	private static final Map<Class<?>, Field> HELD = Map.of(PersistentBag.class, field(PersistentBag.class, "bag"),
			PersistentIdentifierBag.class, field(PersistentIdentifierBag.class, "values"), PersistentList.class,
			field(PersistentList.class, "list"), PersistentSet.class, field(PersistentSet.class, "set"),
			PersistentMap.class, field(PersistentMap.class, "map"));

	/** Into this an uninitialized proxy turns when Java serializes it. */
	private static final Field ENTITY = field(AbstractSerializableProxy.class, "entityName");

	private HibernateValues() {
	}

	static boolean standForOthers(Class<?> type) {
		return PersistentCollection.class.isAssignableFrom(type) || HibernateProxy.class.isAssignableFrom(type)
				|| AbstractSerializableProxy.class.isAssignableFrom(type);
	}

	static boolean loadThemselves(Class<?> type) {
		return PersistentAttributeInterceptable.class.isAssignableFrom(type);
	}

	static List<Field> fieldsThatAreRead() {
		return Stream.concat(HELD.values().stream(), Stream.of(ENTITY)).toList();
	}

	/** See {@link StandIns#resolve}. */
	static Object resolve(Object value) {
		if (value instanceof PersistentCollection<?> collection) {
			return held(collection);
		}
		if (value instanceof HibernateProxy proxy) {
			LazyInitializer initializer = proxy.getHibernateLazyInitializer();
			if (initializer.isUninitialized()) {
				throw new NotLoadedException(initializer.getEntityName());
			}
			return initializer.getImplementation();
		}
		if (value instanceof AbstractSerializableProxy) {
			throw new NotLoadedException(String.valueOf(ReflectionUtils.getField(ENTITY, value)));
		}
		if (value instanceof PersistentAttributeInterceptable entity
				&& entity.$$_hibernate_getInterceptor() instanceof BytecodeLazyAttributeInterceptor lazy
				&& lazy.hasAnyUninitializedAttributes()) {
			throw new NotLoadedException(lazy.getEntityName());
		}
		return value;
	}

	private static Object held(PersistentCollection<?> collection) {
		if (!collection.wasInitialized()) {
			String role = collection.getRole();
			throw new NotLoadedException((role != null) ? role : collection.getClass().getTypeName());
		}
		Field field = fieldOf(collection.getClass());
		if (field == null) {
			throw new IllegalArgumentException("a " + collection.getClass().getTypeName()
					+ " cannot be cached: there is no plain collection in it");
		}
		return Objects.requireNonNull(ReflectionUtils.getField(field, collection));
	}

	private static @Nullable Field fieldOf(Class<?> type) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			Field field = HELD.get(each);
			if (field != null) {
				return field;
			}
		}
		return null;
	}

	private static Field field(Class<?> type, String name) {
		Field field = Objects.requireNonNull(ReflectionUtils.findField(type, name), name);
		ReflectionUtils.makeAccessible(field);
		return field;
	}

}
