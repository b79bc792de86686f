package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.jackson.JacksonComponent;
import org.springframework.boot.jackson.JacksonComponentModule;
import org.springframework.boot.jackson.JacksonMixinModule;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;

/**
 * What the application adds to Jackson: its modules, mix-ins and components, and its
 * customizers. Spring's own of these are made for the web and are left out.
 */
final class JsonCustomizers {

	private JsonCustomizers() {
	}

	/**
	 * Looks for what there is.
	 * @return {@code null} if there is nothing
	 */
	static @Nullable Consumer<JsonMapper.Builder> of(ListableBeanFactory beanFactory) {
		List<JacksonModule> modules = beanFactory.getBeanProvider(JacksonModule.class)
			.orderedStream()
			.filter((module) -> isOfApplication(module, beanFactory))
			.toList();
		List<JsonMapperBuilderCustomizer> customizers = beanFactory.getBeanProvider(JsonMapperBuilderCustomizer.class)
			.orderedStream()
			.filter((customizer) -> !isOfSpring(customizer))
			.toList();
		if (modules.isEmpty() && customizers.isEmpty()) {
			return null;
		}
		return (builder) -> {
			modules.forEach(builder::addModule);
			customizers.forEach((customizer) -> customizer.customize(builder));
		};
	}

	private static boolean isOfApplication(JacksonModule module, ListableBeanFactory beanFactory) {
		if (module instanceof JacksonMixinModule) {
			return JsonMapper.builder().addModule(module).build().serializationConfig().mixInCount() > 0;
		}
		if (module instanceof JacksonComponentModule) {
			return beanFactory.getBeanNamesForAnnotation(JacksonComponent.class).length > 0;
		}
		return !isOfSpring(module);
	}

	private static boolean isOfSpring(Object bean) {
		return bean.getClass().getName().startsWith("org.springframework.");
	}

}
