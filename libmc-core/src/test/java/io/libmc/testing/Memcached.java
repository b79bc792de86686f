package io.libmc.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives tests real memcached processes, as parameters of test methods, lifecycle methods
 * and constructors: {@code List<MemcachedServer>} for all of them, or
 * {@link MemcachedServer} for the first, the second and so on.
 * <p>
 * On a class its servers live as long as the class, and every test finds them running and
 * empty, whatever the test before did to them. On a method they are the method's own.
 */
@Documented
@Inherited
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MemcachedExtension.class)
public @interface Memcached {

	/**
	 * How many servers to start.
	 * @return at least one
	 */
	int servers() default 1;

	/**
	 * Arguments of memcached, after those that choose its address.
	 * @return for example {@code {"-m", "16"}}
	 */
	String[] args() default {};

}
