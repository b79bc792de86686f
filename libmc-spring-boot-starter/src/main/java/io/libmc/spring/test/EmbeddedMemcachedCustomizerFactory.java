package io.libmc.spring.test;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.util.ClassUtils;

/**
 * Prepares what {@link AutoConfigureEmbeddedMemcached} promises: libmc is switched on,
 * unless the test's own properties say otherwise, and the servers' module is there.
 */
final class EmbeddedMemcachedCustomizerFactory implements ContextCustomizerFactory {

	private static final String SERVER = "io.libmc.embedded.EmbeddedMemcached";

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		if (!TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureEmbeddedMemcached.class)) {
			return null;
		}
		if (!ClassUtils.isPresent(SERVER, null)) {
			throw new IllegalStateException(testClass.getName() + " has the annotation @"
					+ AutoConfigureEmbeddedMemcached.class.getSimpleName()
					+ ", but no server is on the class path; add the dependency io.libmc:libmc-embedded with the scope test");
		}
		return new SwitchedOn("libmc.enabled");
	}

	/**
	 * Sets a property that the test itself can still set.
	 *
	 * @param property its name
	 */
	private record SwitchedOn(String property) implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
			MutablePropertySources sources = context.getEnvironment().getPropertySources();
			MapPropertySource source = new MapPropertySource(AutoConfigureEmbeddedMemcached.class.getName(),
					Map.of(this.property, true));
			if (sources.contains(TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME)) {
				sources.addAfter(TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME, source);
			}
			else {
				sources.addFirst(source);
			}
		}

	}

}
