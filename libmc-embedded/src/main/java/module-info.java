/**
 * A memcached server in the JVM, for development and tests. JSpecify's annotations are
 * needed to compile it, and by nobody who compiles against it; JUnit by its extension.
 */
module io.libmc.embedded {

	requires com.github.benmanes.caffeine;
	requires static org.jspecify;
	requires static org.junit.jupiter.api;

	exports io.libmc.embedded;

}
