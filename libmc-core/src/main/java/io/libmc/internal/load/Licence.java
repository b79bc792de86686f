package io.libmc.internal.load;

import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import io.libmc.LoadPolicy;
import io.libmc.MetaReply.Status;
import io.libmc.codec.EncodedValue;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.Script;
import io.libmc.internal.load.SharedLoads.Flight;

/**
 * What allows a loader to keep its value where nothing has happened meanwhile.
 *
 * @param store stores a value; false if it was refused
 * @param removal removes what the loader found or put there
 * @param overtaken whether this process changed the key, where the server does not tell
 */
record Licence(Function<EncodedValue, Script<Boolean>> store, Supplier<Script<?>> removal, BooleanSupplier overtaken) {

	/** One that memcached gave and checks: the item must be as it was read. */
	static Licence of(LoadScripts scripts, String key, LoadPolicy policy, MetaAnswer read) {
		return new Licence(
				(value) -> scripts.meta()
					.storeLoaded(key, value, policy.nextTimeToLive(), read.cas().orElse(0))
					.map((stored) -> stored.status() == Status.DONE),
				() -> scripts.meta().delete(key, Election.removal(read)), () -> false);
	}

	/** One that nobody gave: only this process's own changes are seen. */
	static Licence unguarded(LoadScripts scripts, String key, LoadPolicy policy, Flight flight) {
		return new Licence(
				(value) -> scripts.plain().setEncoded(key, value, policy.nextTimeToLive()).map((stored) -> true),
				() -> scripts.plain().delete(key), flight::isOvertaken);
	}

}
