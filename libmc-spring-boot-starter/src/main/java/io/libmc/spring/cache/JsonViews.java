package io.libmc.spring.cache;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.StdConvertingDeserializer;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.module.SimpleDeserializers;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.type.TypeFactory;
import tools.jackson.databind.util.Converter;

/**
 * Reads the JDK's views of sets and maps so that they keep the order in which they were
 * written. Jackson itself puts a {@code HashSet} behind them, or what is made for enums.
 */
final class JsonViews extends SimpleDeserializers {

	private static final long serialVersionUID = 1L;

	private static final Map<Class<?>, UnaryOperator<Object>> SETS = Map.of(
			Collections.unmodifiableSet(Set.of()).getClass(), (set) -> Collections.unmodifiableSet((Set<?>) set),
			Collections.synchronizedSet(Set.of()).getClass(), (set) -> Collections.synchronizedSet((Set<?>) set));

	private static final Map<Class<?>, UnaryOperator<Object>> MAPS = Map.of(
			Collections.unmodifiableMap(Map.of()).getClass(), (map) -> Collections.unmodifiableMap((Map<?, ?>) map),
			Collections.synchronizedMap(Map.of()).getClass(), (map) -> Collections.synchronizedMap((Map<?, ?>) map));

	@Override
	public @Nullable ValueDeserializer<?> findCollectionDeserializer(CollectionType type, DeserializationConfig config,
			BeanDescription.Supplier description, @Nullable TypeDeserializer elementTypes,
			@Nullable ValueDeserializer<?> elements) {
		UnaryOperator<Object> view = SETS.get(type.getRawClass());
		return (view != null) ? new StdConvertingDeserializer<>(new View(
				config.getTypeFactory().constructCollectionType(LinkedHashSet.class, type.getContentType()), view))
				: null;
	}

	@Override
	public @Nullable ValueDeserializer<?> findMapDeserializer(MapType type, DeserializationConfig config,
			BeanDescription.Supplier description, @Nullable KeyDeserializer keys,
			@Nullable TypeDeserializer elementTypes, @Nullable ValueDeserializer<?> elements) {
		UnaryOperator<Object> view = MAPS.get(type.getRawClass());
		return (view != null) ? new StdConvertingDeserializer<>(new View(
				config.getTypeFactory().constructMapType(LinkedHashMap.class, type.getKeyType(), type.getContentType()),
				view)) : null;
	}

	private record View(JavaType behind, UnaryOperator<Object> view) implements Converter<Object, Object> {

		@Override
		public Object convert(DeserializationContext context, Object value) {
			return this.view.apply(value);
		}

		@Override
		public Object convert(SerializationContext context, Object value) {
			return value;
		}

		@Override
		public JavaType getInputType(TypeFactory types) {
			return this.behind;
		}

		@Override
		public JavaType getOutputType(TypeFactory types) {
			return this.behind;
		}

	}

}
