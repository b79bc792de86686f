package io.libmc.spring.cache;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;

import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.std.StdValueInstantiator;

/**
 * Creates objects by their constructor. Jackson adapts its handle anew to the array of
 * arguments for each of them, which takes longer than the constructor.
 */
final class JsonInstantiator extends StdValueInstantiator {

	private static final MethodType ARRAY = MethodType.methodType(Object.class, Object[].class);

	private final transient MethodHandle constructor;

	private JsonInstantiator(StdValueInstantiator standard, MethodHandle constructor) {
		super(standard);
		this.constructor = constructor;
	}

	/** The same, if it uses a constructor with parameters. */
	static ValueInstantiator of(StdValueInstantiator standard) {
		if (standard.getClass() != StdValueInstantiator.class || standard.getWithArgsCreator() == null
				|| !(standard.getWithArgsCreator().getAnnotated() instanceof Constructor<?> constructor)) {
			return standard;
		}
		try {
			MethodHandle handle = MethodHandles.lookup().unreflectConstructor(constructor).asFixedArity();
			return new JsonInstantiator(standard,
					handle.asSpreader(Object[].class, constructor.getParameterCount()).asType(ARRAY));
		}
		catch (IllegalAccessException ex) {
			return standard;
		}
	}

	@Override
	public Object createFromObjectWith(DeserializationContext context, Object[] arguments) {
		try {
			return (Object) this.constructor.invokeExact(arguments);
		}
		catch (Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			return context.handleInstantiationProblem(getValueClass(), arguments, rewrapCtorProblem(context, ex));
		}
	}

}
