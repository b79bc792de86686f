package io.libmc.spring.autoconfigure;

import java.util.Objects;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * A test asks for servers within the application, or the default client has no others.
 */
final class EmbeddedMemcachedCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
		ConditionMessage.Builder message = ConditionMessage.forCondition("Embedded memcached");
		if (EmbeddedServers.isReplacing(environment)) {
			return ConditionOutcome.match(message.because("a test asks for it"));
		}
		BindResult<Boolean> enabled = Binder.get(environment).bind(LibmcEmbeddedProperties.ENABLED, Boolean.class);
		if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING) && !enabled.isBound()) {
			return ConditionOutcome.noMatch(message.because("nobody knows yet which servers there will be"));
		}
		if (!enabled.orElse(true)) {
			return ConditionOutcome.noMatch(message.because(LibmcEmbeddedProperties.ENABLED + " is false"));
		}
		// whatever it is called: the one of the properties comes later
		boolean hasDetails = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				LibmcConnectionDetails.class, true, false).length > 0;
		if (hasDetails || AutoConfiguredClientCondition.hasServers(environment, beanFactory)) {
			return ConditionOutcome
				.noMatch(message.because("libmc.servers or libmc.discovery is set, or there are connection details"));
		}
		if (!LibmcClients.candidates(beanFactory).isEmpty()) {
			return ConditionOutcome.noMatch(message.because("there is a client already"));
		}
		return LibmcClients.isDefaultUsed(environment, beanFactory)
				? ConditionOutcome.match(message.because("nothing says which servers there are"))
				: ConditionOutcome.noMatch(message.because("the caches are on another cluster"));
	}

}
