package io.libmc.spring.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionMessage.Style;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The user has no client that replaces the auto-configured one: none at all, or only such
 * as cannot be meant to, because something says which servers the auto-configured one
 * has.
 */
final class AutoConfiguredClientCondition extends SpringBootCondition implements ConfigurationCondition {

	static final String CONNECTION_DETAILS = "libmcConnectionDetails";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
		ConditionMessage.Builder message = ConditionMessage.forCondition("MemcachedClient");
		List<String> own = LibmcClients.candidates(beanFactory);
		if (own.isEmpty()) {
			return ConditionOutcome.match(message.didNotFind("any beans").atAll());
		}
		boolean replaces = own.contains(LibmcClients.AUTO_CONFIGURED)
				|| own.stream().anyMatch((name) -> LibmcClients.isPrimary(beanFactory, name));
		if (replaces || !hasServers(context.getEnvironment(), beanFactory)) {
			return ConditionOutcome.noMatch(message.found("bean", "beans").items(Style.QUOTE, own));
		}
		return ConditionOutcome
			.match(message.because("libmc.servers or libmc.discovery is set, or there are connection details"));
	}

	/** Whether the default cluster's servers are named. */
	static boolean areServersNamed(Environment environment) {
		return Binder.get(environment).bind("libmc.servers", Bindable.listOf(String.class)).isBound();
	}

	/** Whether anything says which servers the auto-configured client has. */
	static boolean hasServers(Environment environment, ConfigurableListableBeanFactory beanFactory) {
		return areServersNamed(environment)
				|| Binder.get(environment)
					.bind(LibmcProperties.DISCOVERY, LibmcProperties.Discovery.class)
					.map((discovery) -> !discovery.ways().isEmpty())
					.orElse(false)
				|| Stream
					.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, LibmcConnectionDetails.class,
							true, false))
					.anyMatch((name) -> !name.equals(CONNECTION_DETAILS));
	}

}
