package io.libmc.benchmarks.compare;

/**
 * One line of the result.
 *
 * @param operation what is done
 * @param size of a value in bytes
 * @param batch how many keys at once
 * @param threads how many do it
 * @param virtual whether they are virtual threads
 */
record Step(Operation operation, int size, int batch, int threads, boolean virtual) {

	String label() {
		String keys = (this.batch > 1) ? " of " + this.batch + " keys" : "";
		return this.operation + keys + ((this.size > 0) ? ", " + sizeLabel() : "");
	}

	String threadsLabel() {
		return this.threads + (this.virtual ? " virtual" : "");
	}

	private String sizeLabel() {
		return (this.size < 1000) ? this.size + " B" : this.size / 1000 + " kB";
	}

	/** Whether a client that has done the one still has to warm up for the other. */
	boolean isLike(Step other) {
		return this.operation == other.operation && this.size == other.size && this.virtual == other.virtual;
	}

}
