/**
 * A memcached client that speaks libmc's wire and value formats to the byte.
 */
module io.libmc {

	requires static transitive org.jspecify;

	exports io.libmc;
	exports io.libmc.codec;

}
