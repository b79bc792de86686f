package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.util.ClassUtils;

import io.libmc.spring.cache.CacheValueSerializer;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.FormatProperties;
import io.libmc.spring.cache.JsonEntryFormat;

/**
 * Creates the formats that properties name. They know the application's own classes.
 */
final class FormatFactory {

	static final String AUTO = "auto";

	private static final Set<String> OWN = Set.of(AUTO, "jdk", "json", "libmc");

	private final ClassLoader classLoader;

	private final ListableBeanFactory beanFactory;

	private final List<String> ownPackages = new ArrayList<>();

	FormatFactory(@Nullable ClassLoader classLoader, ListableBeanFactory beanFactory) {
		this.classLoader = (classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader();
		this.beanFactory = beanFactory;
		if (AutoConfigurationPackages.has(beanFactory)) {
			for (String basePackage : AutoConfigurationPackages.get(beanFactory)) {
				if (!basePackage.isEmpty()) {
					this.ownPackages.add(basePackage + ".**");
				}
			}
		}
	}

	/**
	 * Checks classes that are to be allowed.
	 * @throws IllegalArgumentException if one is no pattern
	 */
	void check(List<String> allowedClasses) {
		EntryFormat unused = EntryFormat.jdk(this.classLoader, allowedClasses);
	}

	/**
	 * Creates a format.
	 * @param name as the property has it
	 * @throws IllegalArgumentException if there is none of that name, or its library is
	 * missing
	 */
	EntryFormat create(String name, List<String> allowedClasses, ClassChanges classChanges,
			FormatProperties properties) {
		List<String> allowed = new ArrayList<>(this.ownPackages);
		allowed.addAll(allowedClasses);
		String plain = name.strip().toLowerCase(Locale.ROOT);
		if (OWN.contains(plain) && beans().contains(plain)) {
			throw new IllegalArgumentException("\"" + plain
					+ "\" is a serializer of libmc's, and also the name of a bean; give the bean another name");
		}
		return switch (plain) {
			case AUTO -> auto(allowed, classChanges, properties);
			case "jdk" -> EntryFormat.jdk(this.classLoader, allowed, classChanges, properties);
			case "json" -> json(allowed, classChanges, properties);
			case "libmc" -> EntryFormat.libmc(properties);
			default -> bean(name.strip());
		};
	}

	/** A bean says more than what is on the class path. */
	private EntryFormat auto(List<String> allowed, ClassChanges classChanges, FormatProperties properties) {
		EntryFormat bean = this.beanFactory.getBeanProvider(EntryFormat.class).getIfUnique();
		if (bean != null) {
			return bean;
		}
		return isJacksonPresent() ? json(allowed, classChanges, properties)
				: EntryFormat.jdk(this.classLoader, allowed, classChanges, properties);
	}

	private EntryFormat json(List<String> allowed, ClassChanges classChanges, FormatProperties properties) {
		if (!isJacksonPresent()) {
			throw new IllegalArgumentException(
					"it needs Jackson 3, which is not on the class path; add org.springframework.boot:spring-boot-starter-jackson");
		}
		Consumer<JsonMapper.Builder> customizer = ClassUtils
			.isPresent("org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer", null)
					? JsonCustomizers.of(this.beanFactory) : null;
		return (customizer != null)
				? JsonEntryFormat.of(this.classLoader, allowed, classChanges, properties, customizer)
				: EntryFormat.json(this.classLoader, allowed, classChanges, properties);
	}

	private static boolean isJacksonPresent() {
		return ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", null);
	}

	private EntryFormat bean(String name) {
		if (this.beanFactory.containsBean(name)) {
			Object bean = this.beanFactory.getBean(name);
			if (bean instanceof EntryFormat format) {
				return format;
			}
			if (bean instanceof CacheValueSerializer serializer) {
				return EntryFormat.of(name, serializer);
			}
		}
		List<String> beans = beans();
		throw new IllegalArgumentException("\"" + name
				+ "\" is neither auto, jdk, json nor libmc, nor the name of a bean of the type CacheValueSerializer or EntryFormat"
				+ (beans.isEmpty() ? ", of which there is none"
						: "; those that there are: " + String.join(", ", beans)));
	}

	private List<String> beans() {
		return Stream
			.of(this.beanFactory.getBeanNamesForType(CacheValueSerializer.class),
					this.beanFactory.getBeanNamesForType(EntryFormat.class))
			.flatMap(Stream::of)
			.toList();
	}

}
