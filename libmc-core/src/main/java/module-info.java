/**
 * A memcached client that speaks libmc's wire and value formats to the byte. JSpecify's
 * annotations are needed to compile it, and by nobody who compiles against it.
 */
module io.libmc {

	requires static org.jspecify;
	requires static java.naming;

	exports io.libmc;
	exports io.libmc.codec;

}
