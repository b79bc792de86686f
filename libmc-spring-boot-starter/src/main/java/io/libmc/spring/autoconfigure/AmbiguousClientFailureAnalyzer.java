package io.libmc.spring.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to choose the client that the caches use.
 */
final class AmbiguousClientFailureAnalyzer extends AbstractFailureAnalyzer<AmbiguousClientException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, AmbiguousClientException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Mark one with @CacheMemcachedClient for the caches, or with @Primary for everything.", cause);
	}

}
