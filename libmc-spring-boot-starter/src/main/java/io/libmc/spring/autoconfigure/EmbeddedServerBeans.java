package io.libmc.spring.autoconfigure;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Registers each of the embedded servers as a bean, so that tests can pause and stop it.
 */
final class EmbeddedServerBeans implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	EmbeddedServerBeans(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		int count = this.environment.getProperty(LibmcEmbeddedProperties.PREFIX + ".servers", Integer.class, 1);
		for (int i = 0; i < count; i++) {
			RootBeanDefinition server = new RootBeanDefinition();
			server.setTargetType(EmbeddedMemcached.class);
			server.setFactoryBeanName(EmbeddedServers.BEAN_NAME);
			server.setFactoryMethodName("get");
			server.getConstructorArgumentValues().addIndexedArgumentValue(0, i);
			server.setDestroyMethodName("");
			registry.registerBeanDefinition("embeddedMemcached" + (i + 1), server);
		}
	}

}
