package io.libmc.internal.load;

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
	static Licence of(Load load, MetaAnswer read) {
		return new Licence() {

			@Override
			public Script<Boolean> store(EncodedValue value) {
				return load.scripts.meta()
					.storeLoaded(load.key, value, load.policy.nextTimeToLive(), read.cas().orElse(0))
					.map((stored) -> stored.status() == Status.DONE);
			}

			@Override
			public Script<?> removal() {
				return load.scripts.meta().delete(load.key, Election.removal(read));
			}

			@Override
			public boolean isOvertaken() {
				return false;
			}

		};
	}

	/** One that nobody gave: only this process's own changes are seen. */
	static Licence unguarded(Load load, Flight flight) {
		return new Licence() {

			@Override
			public Script<Boolean> store(EncodedValue value) {
				return load.scripts.plain()
					.setEncoded(load.key, value, load.policy.nextTimeToLive())
					.map((stored) -> true);
			}

			@Override
			public Script<?> removal() {
				return load.scripts.plain().delete(load.key);
			}

			@Override
			public boolean isOvertaken() {
				return flight.isOvertaken();
			}

		};
	}

}
