package io.libmc.internal.call;

import io.libmc.MemcachedException;

/**
 * Why a script failed. Kept as data: it becomes an exception where somebody gets it, on
 * the thread that does.
 */
@FunctionalInterface
public interface Failed {

	/** A new exception, with the stack trace of the thread that asks. */
	MemcachedException exception();

}
