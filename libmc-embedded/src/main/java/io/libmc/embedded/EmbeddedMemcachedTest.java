package io.libmc.embedded;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a server of their own, as a parameter of type
 * {@link EmbeddedMemcached} of test methods, lifecycle methods and constructors. It lives
 * as long as the class does, and every test finds it running and empty, whatever the test
 * before did to it.
 *
 * @since 0.1.0
 * @see EmbeddedMemcachedExtension
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EmbeddedMemcachedExtension.class)
public @interface EmbeddedMemcachedTest {

}
