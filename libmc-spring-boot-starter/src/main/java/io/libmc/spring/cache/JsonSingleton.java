package io.libmc.spring.cache;

import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdValueInstantiator;

/**
 * Creates no object of a class that has but one, and returns that.
 */
final class JsonSingleton extends StdValueInstantiator {

	private final transient Object singleton;

	JsonSingleton(StdValueInstantiator standard, Object singleton) {
		super(standard);
		this.singleton = singleton;
	}

	@Override
	public boolean canCreateUsingDefault() {
		return true;
	}

	@Override
	public Object createUsingDefault(DeserializationContext context) {
		return this.singleton;
	}

}
