package io.libmc.spring.cache;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.PropertyMetadata;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.CreatorProperty;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.std.StdValueInstantiator;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.PropertyBindingException;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.introspect.AnnotationMap;
import tools.jackson.databind.introspect.PotentialCreator;
import tools.jackson.databind.jsontype.impl.DefaultTypeResolverBuilder;

import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * How objects of the applications' classes are created whose authors did not say so: by a
 * constructor whose parameters are fields, by name and type, as those are that Lombok and
 * people write. Fields that are not among them are set afterwards, unless they are final.
 */
final class JsonCreators {

	private JsonCreators() {
	}

	/**
	 * The constructor to create objects with.
	 * @param constructors those with parameters
	 * @param factories methods that could create objects as well
	 * @return {@code null} if there is none, or no need for it
	 */
	static @Nullable PotentialCreator find(MapperConfig<?> config, Class<?> type, List<PotentialCreator> constructors,
			List<PotentialCreator> factories, boolean canBeEmpty) {
		List<Field> fields = JsonBeans.fieldsOf(type);
		boolean settable = fields.stream().noneMatch((field) -> Modifier.isFinal(field.getModifiers()));
		if (JsonBeans.isOfJava(type) || type.isRecord() || type.isEnum() || (canBeEmpty && settable)
				|| isWrittenAsAnother(type)
				|| Stream.concat(constructors.stream(), factories.stream()).anyMatch(PotentialCreator::isAnnotated)) {
			return null;
		}
		PotentialCreator longest = constructors.stream()
			.filter((creator) -> takesFields(creator, fields))
			.max(Comparator.comparingInt(PotentialCreator::paramCount))
			.orElse(null);
		return (longest != null) ? longest.introspectParamNames(config) : findKotlins(config, type, constructors);
	}

	/** Of those the parameters have no names, but are known all the same. */
	private static @Nullable PotentialCreator findKotlins(MapperConfig<?> config, Class<?> type,
			List<PotentialCreator> constructors) {
		PropertyName[] names = KotlinTypes.parametersOf(type)
			.stream()
			.map(PropertyName::construct)
			.toArray(PropertyName[]::new);
		return constructors.stream()
			.filter((creator) -> names.length > 0 && creator.paramCount() == names.length)
			.findFirst()
			.map((creator) -> creator.introspectParamNames(config, names))
			.orElse(null);
	}

	/**
	 * Has the objects of a value class of Kotlin's created by the constructor that the
	 * compiler hides, even from Jackson, if the class of what it takes is known.
	 * @return whether it is one
	 */
	static boolean createValueClass(DeserializationConfig config, AnnotatedClass type,
			BeanDeserializerBuilder builder) {
		List<Field> fields = JsonBeans.fieldsOf(type.getRawType());
		Constructor<?> hidden = KotlinTypes.constructorOfValue(type.getRawType(), fields);
		if (hidden == null) {
			return false;
		}
		AnnotatedConstructor constructor = new AnnotatedConstructor(type, hidden, new AnnotationMap(),
				new AnnotationMap[] { new AnnotationMap() });
		JavaType declared = constructor.getParameterType(0);
		if (!(config.getDefaultTyper(declared) instanceof DefaultTypeResolverBuilder typing)
				|| typing.useForType(declared)) {
			return false;
		}
		constructor.fixAccess(true);
		CreatorProperty parameter = CreatorProperty.construct(PropertyName.construct(fields.get(0).getName()), declared,
				null, null, new AnnotationMap(), constructor.getParameter(0), 0, null,
				PropertyMetadata.STD_REQUIRED_OR_OPTIONAL);
		builder.addOrReplaceProperty(parameter, true);
		StdValueInstantiator instantiator = new StdValueInstantiator(config, type.getType());
		instantiator.configureFromObjectSettings(null, null, null, null, constructor,
				new SettableBeanProperty[] { parameter });
		builder.setValueInstantiator(JsonInstantiator.of(instantiator));
		return true;
	}

	private static boolean takesFields(PotentialCreator creator, List<Field> fields) {
		if (!(creator.creator().getAnnotated() instanceof Constructor<?> constructor)) {
			return false;
		}
		Map<String, Field> missing = fields.stream()
			.collect(Collectors.toMap(Field::getName, Function.identity(), (first, hidden) -> first));
		for (Parameter parameter : constructor.getParameters()) {
			Field field = parameter.isNamePresent() ? missing.remove(parameter.getName()) : null;
			if (field == null || field.getType() != parameter.getType()) {
				return false;
			}
		}
		return missing.values().stream().noneMatch((field) -> Modifier.isFinal(field.getModifiers()));
	}

	/** Then a constructor takes that one, and no property. */
	private static boolean isWrittenAsAnother(Class<?> type) {
		return Stream.of(type.getMethods(), type.getDeclaredMethods(), type.getDeclaredFields())
			.flatMap(Arrays::stream)
			.map(AccessibleObject.class::cast)
			.anyMatch((member) -> AnnotatedElementUtils.isAnnotated(member, JsonValue.class));
	}

	/**
	 * What to do about a class of which Jackson can create no objects.
	 * @param problem of Jackson's
	 * @return {@code null} if that is not known
	 */
	static @Nullable String advice(Throwable problem) {
		if (problem instanceof PropertyBindingException binding) {
			return advice(binding.getReferringClass());
		}
		if (problem instanceof MismatchedInputException mismatch) {
			return advice(mismatch.getTargetType());
		}
		JavaType type = (problem instanceof InvalidDefinitionException definition) ? definition.getType() : null;
		return (type != null) ? advice(type.getRawClass()) : null;
	}

	private static @Nullable String advice(@Nullable Class<?> type) {
		if (type == null || JsonBeans.isOfJava(type) || Modifier.isAbstract(type.getModifiers()) || type.isRecord()
				|| type.isEnum() || type.isArray()) {
			return null;
		}
		List<Constructor<?>> constructors = List.of(type.getDeclaredConstructors());
		boolean empty = constructors.stream().anyMatch((constructor) -> constructor.getParameterCount() == 0);
		boolean settable = JsonBeans.fieldsOf(type)
			.stream()
			.noneMatch((field) -> Modifier.isFinal(field.getModifiers()));
		if (empty && settable) {
			return null;
		}
		boolean named = constructors.stream()
			.anyMatch((constructor) -> constructor.getParameterCount() > 0
					&& constructor.getParameters()[0].isNamePresent());
		return type.getTypeName() + " "
				+ (named ? "has no constructor whose parameters are its fields, by name and type"
						: "has constructors whose parameters have no names: compile it with -parameters")
				+ ", annotate one with @ConstructorProperties (Lombok: lombok.anyConstructor.addConstructorProperties) or @JsonCreator, or add one without parameters, and no final fields";
	}

}
