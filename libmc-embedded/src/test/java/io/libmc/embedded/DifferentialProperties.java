package io.libmc.embedded;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever clients say, they are answered as the real memcached answers, byte for byte.
 * {@code -Djqwik.tries.default} does not reach these; {@code -Ddifferential.tries} does.
 */
class DifferentialProperties {

	private static Lockstep newest;

	private static Lockstep old;

	@AfterContainer
	static void tell() {
		System.out.println("Compared with memcached: " + ((newest != null) ? newest.compared() : 0) + " pieces with "
				+ MemcachedVersion.V1_6_45 + ", " + ((old != null) ? old.compared() : 0) + " with "
				+ MemcachedVersion.V1_6_18);
	}

	@ComparedWith(MemcachedVersion.V1_6_45)
	@Property(tries = 1_000)
	void newestIsAnsweredAlike(@ForAll("conversations") List<String> said) {
		if (newest == null) {
			newest = new Lockstep(MemcachedVersion.V1_6_45);
		}
		newest.compare(said);
	}

	@ComparedWith(MemcachedVersion.V1_6_18)
	@Property(tries = 1_000)
	void oldIsAnsweredAlike(@ForAll("conversations") List<String> said) {
		if (old == null) {
			old = new Lockstep(MemcachedVersion.V1_6_18);
		}
		old.compare(said);
	}

	@Provide
	Arbitrary<List<String>> conversations() {
		return Conversations.all();
	}

}
