package io.libmc.stampede;

import java.util.List;
import java.util.stream.Stream;

import io.libmc.testing.Caller;
import io.libmc.testing.MemcachedServer;
import org.junit.jupiter.params.provider.Arguments;

import static org.junit.jupiter.api.Assumptions.abort;

/**
 * The releases of memcached that a licence to store has to hold on.
 */
enum Release {

	/** The one that is installed, whatever it is. */
	INSTALLED {

		@Override
		MemcachedServer start() {
			return MemcachedServer.start();
		}

	},

	/** One that lets clients choose the unique numbers of items. */
	NEWER {

		@Override
		MemcachedServer start() {
			return MemcachedServer.startNewer()
				.orElseGet(
						() -> abort("no newer-memcached on the PATH: ./test unpacks one where Debian's is to be had"));
		}

	};

	/** Starts a server; skips the test where there is none. */
	abstract MemcachedServer start();

	/** Each release with each caller. */
	static List<Arguments> andCallers() {
		return Stream.of(values())
			.flatMap((release) -> Stream.of(Caller.values()).map((caller) -> Arguments.of(release, caller)))
			.toList();
	}

}
