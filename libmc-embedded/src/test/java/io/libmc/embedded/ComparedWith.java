package io.libmc.embedded;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.opentest4j.TestAbortedException;

/** A property that is skipped where that release of memcached is missing. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@AddLifecycleHook(ComparedWith.Hook.class)
@interface ComparedWith {

	MemcachedVersion value();

	class Hook implements SkipExecutionHook {

		@Override
		public SkipResult shouldBeSkipped(LifecycleContext context) {
			try {
				context.findAnnotation(ComparedWith.class).ifPresent((with) -> RealMemcached.of(with.value()));
				return SkipResult.doNotSkip();
			}
			catch (TestAbortedException ex) {
				return SkipResult.skip(ex.getMessage());
			}
		}

	}

}
