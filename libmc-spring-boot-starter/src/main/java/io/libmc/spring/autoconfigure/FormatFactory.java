package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.util.ClassUtils;

import io.libmc.spring.autoconfigure.LibmcCacheProperties.Serializer;
import io.libmc.spring.cache.ClassChanges;
import io.libmc.spring.cache.EntryFormat;
import io.libmc.spring.cache.FormatProperties;

/**
 * Creates formats that know the application's own classes.
 */
final class FormatFactory {

	private final ClassLoader classLoader;

	private final List<String> ownPackages = new ArrayList<>();

	FormatFactory(@Nullable ClassLoader classLoader, BeanFactory beanFactory) {
		this.classLoader = (classLoader != null) ? classLoader : ClassLoader.getSystemClassLoader();
		if (AutoConfigurationPackages.has(beanFactory)) {
			for (String basePackage : AutoConfigurationPackages.get(beanFactory)) {
				if (!basePackage.isEmpty()) {
					this.ownPackages.add(basePackage + ".**");
				}
			}
		}
	}

	static void check(Serializer serializer) {
		if (serializer == Serializer.JSON && !ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", null)) {
			throw new IllegalArgumentException(
					"it needs Jackson 3, which is not on the class path; add org.springframework.boot:spring-boot-starter-jackson");
		}
	}

	EntryFormat create(Serializer serializer, List<String> allowedClasses, ClassChanges classChanges,
			FormatProperties properties) {
		List<String> allowed = new ArrayList<>(this.ownPackages);
		allowed.addAll(allowedClasses);
		return switch (serializer) {
			case JDK -> EntryFormat.jdk(this.classLoader, allowed, classChanges, properties);
			case JSON -> EntryFormat.json(this.classLoader, allowed, classChanges, properties);
			case LIBMC -> EntryFormat.libmc(properties);
		};
	}

}
