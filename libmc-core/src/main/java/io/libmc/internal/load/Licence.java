package io.libmc.internal.load;

import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.libmc.codec.EncodedValue;
import io.libmc.internal.call.GuardedStore.End;
import io.libmc.internal.call.MetaAnswer;
import io.libmc.internal.call.MetaDialogue;
import io.libmc.internal.call.Script;
import io.libmc.internal.load.SharedLoads.Flight;

/**
 * What allows a loader to keep its value where nothing has happened meanwhile.
 *
 * @param store stores a value for a time, if it still allows that
 * @param removal removes what the loader found or put there; true if surely nothing had
 * happened to it
 * @param overtaken whether this process changed the key, where the server does not tell
 * @param guarded whether the server tells: what it has stored was the latest then
 */
record Licence(BiFunction<EncodedValue, Duration, Script<End>> store, Supplier<Script<Boolean>> removal,
		BooleanSupplier overtaken, boolean guarded) {

	/** One that memcached gave and checks: the item must be as it was read. */
	static Licence of(LoadScripts scripts, String key, MetaDialogue asked, MetaAnswer read) {
		return new Licence((value, ttl) -> scripts.meta().storeLoaded(key, value, ttl, asked, read.cas().orElse(0)),
				() -> scripts.meta().remove(key, Election.removal(read), asked), () -> false, true);
	}

	/** One that nobody gave: only this process's own changes are seen. */
	static Licence unguarded(LoadScripts scripts, String key, Flight flight) {
		return new Licence((value, ttl) -> scripts.plain().setEncoded(key, value, ttl).map((stored) -> End.STORED),
				() -> scripts.plain().delete(key).map((removed) -> false), flight::isOvertaken, false);
	}

}
