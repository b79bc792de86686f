package io.libmc.spring.autoconfigure;

import java.util.Map;
import java.util.Set;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

import io.libmc.MemcachedClient;

import static io.libmc.spring.autoconfigure.InvalidLibmcPropertyException.apply;

/**
 * Registers the beans of each cluster below {@code libmc.clusters}. They are injected by
 * the cluster's name as their qualifier, and never by their type alone.
 */
final class ClusterBeans implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	ClusterBeans(Environment environment, ResourceLoader resourceLoader) {
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		// refuses what is no way to learn of servers
		bind(this.environment, LibmcProperties.DISCOVERY, Bindable.of(LibmcProperties.Discovery.class));
		for (String name : names(this.environment)) {
			apply(LibmcClusters.prefix(name), name, "sessions", ClusterBeans::check);
			String clientName = LibmcClusters.clientName(name);
			if (!registry.containsBeanDefinition(clientName)) {
				register(registry, name, clientName);
			}
		}
	}

	private void register(BeanDefinitionRegistry registry, String name, String clientName) {
		RootBeanDefinition client = definition(MemcachedClient.class, "client", name);
		client.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
		registry.registerBeanDefinition(clientName, client);
		if (ClassUtils.isPresent(ServersRefresh.ENVIRONMENT_CHANGE_EVENT, this.resourceLoader.getClassLoader())) {
			RootBeanDefinition refresh = definition(ServersRefresh.class, "refresh", name);
			refresh.getConstructorArgumentValues().addIndexedArgumentValue(1, new RuntimeBeanReference(clientName));
			registry.registerBeanDefinition(name + "LibmcServersRefresh", refresh);
		}
	}

	/** The clusters' names. Properties that no cluster has are refused. */
	static Set<String> names(Environment environment) {
		return bind(environment, LibmcProperties.CLUSTERS, Bindable.mapOf(String.class, LibmcProperties.Cluster.class))
			.orElse(Map.of())
			.keySet();
	}

	private static <T> BindResult<T> bind(Environment environment, String prefix, Bindable<T> type) {
		return Binder.get(environment)
			.bind(prefix, type,
					new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()));
	}

	private static void check(String name) {
		if (name.equals(LibmcClusters.DEFAULT)) {
			throw new IllegalArgumentException(
					"\"default\" is the cluster of libmc.servers and the properties beside it; call this one otherwise");
		}
	}

	private static RootBeanDefinition definition(Class<?> type, String factoryMethod, String cluster) {
		RootBeanDefinition definition = new RootBeanDefinition();
		definition.setTargetType(type);
		definition.setFactoryBeanName(LibmcClusters.BEAN_NAME);
		definition.setFactoryMethodName(factoryMethod);
		definition.getConstructorArgumentValues().addIndexedArgumentValue(0, cluster);
		definition.setDestroyMethodName("");
		definition.setDefaultCandidate(false);
		return definition;
	}

}
