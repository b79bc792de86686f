package io.libmc.benchmarks.compare;

/**
 * One line of the result.
 *
 * @param operation what is done
 * @param shape of the values
 * @param size of a value in bytes, where that is what tells values apart
 * @param batch how many keys at once
 * @param threads how many do it
 * @param virtual whether they are virtual threads
 */
record Step(Operation operation, Shape shape, int size, int batch, int threads, boolean virtual) {

	/** With text. */
	Step(Operation operation, int size, int batch, int threads, boolean virtual) {
		this(operation, Shape.TEXT, size, batch, threads, virtual);
	}

	String label() {
		String keys = (this.batch > 1) ? " of " + this.batch + " keys" : "";
		return this.operation + keys + (valueLabel().isEmpty() ? "" : ", " + valueLabel());
	}

	String threadsLabel() {
		return this.threads + (this.virtual ? " virtual" : "");
	}

	private String valueLabel() {
		if (this.shape != Shape.TEXT) {
			return this.shape.toString();
		}
		if (this.size == 0) {
			return "";
		}
		return (this.size < 1000) ? this.size + " B" : this.size / 1000 + " kB";
	}

	/** Whether a client that has done the one still has to warm up for the other. */
	boolean isLike(Step other) {
		return this.operation == other.operation && this.shape == other.shape && this.size == other.size
				&& this.virtual == other.virtual;
	}

}
