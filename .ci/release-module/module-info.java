/**
 * Uses a release as a module.
 */
module com.example.app {

	requires io.libmc;
	requires io.libmc.embedded;

}
