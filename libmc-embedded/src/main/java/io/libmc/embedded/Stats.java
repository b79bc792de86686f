package io.libmc.embedded;

import java.util.concurrent.atomic.LongAdder;

/**
 * What has happened so far, under memcached's names.
 */
final class Stats {

	final LongAdder getHits = new LongAdder();

	final LongAdder getMisses = new LongAdder();

	final LongAdder sets = new LongAdder();

	final LongAdder stored = new LongAdder();

	final LongAdder touchHits = new LongAdder();

	final LongAdder touchMisses = new LongAdder();

	final LongAdder deleteHits = new LongAdder();

	final LongAdder deleteMisses = new LongAdder();

	final LongAdder incrHits = new LongAdder();

	final LongAdder incrMisses = new LongAdder();

	final LongAdder decrHits = new LongAdder();

	final LongAdder decrMisses = new LongAdder();

	final LongAdder casHits = new LongAdder();

	final LongAdder casMisses = new LongAdder();

	final LongAdder casBad = new LongAdder();

	final LongAdder flushes = new LongAdder();

	final LongAdder metas = new LongAdder();

	final LongAdder auths = new LongAdder();

	final LongAdder authErrors = new LongAdder();

	final LongAdder evictions = new LongAdder();

	final LongAdder reclaimed = new LongAdder();

	final LongAdder tooLarge = new LongAdder();

	final LongAdder noMemory = new LongAdder();

	final LongAdder bytesRead = new LongAdder();

	final LongAdder bytesWritten = new LongAdder();

	final LongAdder connections = new LongAdder();

	final LongAdder rejectedConnections = new LongAdder();

	void countGet(boolean hit) {
		(hit ? this.getHits : this.getMisses).increment();
	}

	void countTouch(boolean hit) {
		(hit ? this.touchHits : this.touchMisses).increment();
	}

	void countDelete(boolean hit) {
		(hit ? this.deleteHits : this.deleteMisses).increment();
	}

	void countArithmetic(boolean incr, boolean hit) {
		if (incr) {
			(hit ? this.incrHits : this.incrMisses).increment();
		}
		else {
			(hit ? this.decrHits : this.decrMisses).increment();
		}
	}

	/** As {@code stats reset} does, which leaves what is stored alone. */
	void reset() {
		for (LongAdder counter : new LongAdder[] { this.getHits, this.getMisses, this.sets, this.stored, this.touchHits,
				this.touchMisses, this.deleteHits, this.deleteMisses, this.incrHits, this.incrMisses, this.decrHits,
				this.decrMisses, this.casHits, this.casMisses, this.casBad, this.flushes, this.metas, this.auths,
				this.authErrors, this.evictions, this.reclaimed, this.tooLarge, this.noMemory, this.bytesRead,
				this.bytesWritten, this.connections, this.rejectedConnections }) {
			counter.reset();
		}
	}

}
