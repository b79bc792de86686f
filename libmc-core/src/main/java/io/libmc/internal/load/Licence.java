package io.libmc.internal.load;

import io.libmc.LoadPolicy;
import io.libmc.MetaReply.Status;
import io.libmc.codec.EncodedValue;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.Script;
import io.libmc.internal.load.SharedLoads.Flight;

/**
 * What allows a loader to keep its value where nothing has happened meanwhile.
 */
interface Licence {

	/** Stores a value; false if it was refused. */
	Script<Boolean> store(EncodedValue value);

	/** Removes what the loader found or put there. */
	Script<?> removal();

	/** Whether the key was changed by this process, where the server does not tell. */
	boolean isOvertaken();

	/** One that memcached gave and checks: the item must be as it was read. */
	static Licence of(LoadScripts scripts, String key, LoadPolicy policy, MetaAnswer read) {
		return new Licence() {

			@Override
			public Script<Boolean> store(EncodedValue value) {
				return scripts.meta()
					.storeLoaded(key, value, policy.nextTimeToLive(), read.cas().orElse(0))
					.map((stored) -> stored.status() == Status.DONE);
			}

			@Override
			public Script<?> removal() {
				return scripts.meta().delete(key, Election.removal(read));
			}

			@Override
			public boolean isOvertaken() {
				return false;
			}

		};
	}

	/** One that nobody gave: only this process's own changes are seen. */
	static Licence unguarded(LoadScripts scripts, String key, LoadPolicy policy, Flight flight) {
		return new Licence() {

			@Override
			public Script<Boolean> store(EncodedValue value) {
				return scripts.plain().setEncoded(key, value, policy.nextTimeToLive()).map((stored) -> true);
			}

			@Override
			public Script<?> removal() {
				return scripts.plain().delete(key);
			}

			@Override
			public boolean isOvertaken() {
				return flight.isOvertaken();
			}

		};
	}

}
