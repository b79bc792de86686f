package io.libmc.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what may be meant instead.
 */
final class EmbeddedInProductionFailureAnalyzer extends AbstractFailureAnalyzer<EmbeddedInProductionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, EmbeddedInProductionException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), """
				Set libmc.servers, for example to cache1:11211,cache2:11211, and give libmc-embedded the scope test.
				Or set libmc.embedded.enabled to true, if each instance is meant to have a memcached of its own.""",
				cause);
	}

}
