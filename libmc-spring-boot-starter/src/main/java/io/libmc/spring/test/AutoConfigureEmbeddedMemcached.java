package io.libmc.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

import io.libmc.spring.autoconfigure.LibmcAutoConfiguration;
import io.libmc.spring.autoconfigure.LibmcCacheAutoConfiguration;
import io.libmc.spring.autoconfigure.LibmcEmbeddedAutoConfiguration;

/**
 * Gives a test the client and the caches of libmc, on memcached servers within the JVM,
 * whatever servers the application has configured: for a slice such as
 * {@code @WebMvcTest}, which has no caches otherwise, and for {@code @SpringBootTest}.
 * Each server is an {@code EmbeddedMemcached} bean, which a test can pause, stop and
 * restart; those of another cluster than the default have its name as their qualifier.
 * Before each test method they are running and empty.
 * <p>
 * Clients and connection details that are beans of the application's own are led to these
 * servers, too. A client that is no bean is not. libmc is switched on, unless the test's
 * own properties have {@code libmc.enabled=false}. Needs {@code libmc-embedded}, without
 * which the test fails, and {@code spring-boot-test}.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration({ LibmcEmbeddedAutoConfiguration.class, LibmcAutoConfiguration.class,
		LibmcCacheAutoConfiguration.class })
@PropertyMapping("libmc.embedded")
public @interface AutoConfigureEmbeddedMemcached {

	/**
	 * How many servers each cluster has.
	 * @return from 1 to 100
	 */
	int servers() default 1;

	/**
	 * Whether they take the place of the servers that the application configures, or of a
	 * container. Otherwise they are started only where there are none.
	 * @return whether to replace them
	 */
	boolean replaces() default true;

}
