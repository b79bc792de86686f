package io.libmc.spring.autoconfigure;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

import io.libmc.embedded.EmbeddedMemcached;

/**
 * Registers each of the embedded servers as a bean, so that tests can pause and stop it.
 * By their type alone those of the default cluster are injected.
 */
final class EmbeddedServerBeans implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	EmbeddedServerBeans(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		int count = EmbeddedServers.count(this.environment);
		for (String cluster : EmbeddedServers.clusters(this.environment)) {
			for (int i = 0; i < count; i++) {
				registry.registerBeanDefinition(name(cluster, i), definition(cluster, i));
			}
		}
	}

	/** What a server's bean is called. */
	static String name(String cluster, int index) {
		return (cluster.equals(LibmcClusters.DEFAULT) ? "embeddedMemcached" : cluster + "EmbeddedMemcached")
				+ (index + 1);
	}

	private static RootBeanDefinition definition(String cluster, int index) {
		RootBeanDefinition server = new RootBeanDefinition();
		server.setTargetType(EmbeddedMemcached.class);
		server.setFactoryBeanName(EmbeddedServers.BEAN_NAME);
		server.setFactoryMethodName("get");
		server.getConstructorArgumentValues().addIndexedArgumentValue(0, cluster);
		server.getConstructorArgumentValues().addIndexedArgumentValue(1, index);
		server.setDestroyMethodName("");
		if (!cluster.equals(LibmcClusters.DEFAULT)) {
			server.setDefaultCandidate(false);
			server.addQualifier(new AutowireCandidateQualifier(Qualifier.class, cluster));
		}
		return server;
	}

}
