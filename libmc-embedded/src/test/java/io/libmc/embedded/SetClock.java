package io.libmc.embedded;

/** A clock that says what it is told to. */
final class SetClock extends Clock {

	private volatile int now = 62;

	private long epochSecond = super.epochSecond();

	void set(int now, long epochSecond) {
		this.now = now;
		this.epochSecond = epochSecond;
	}

	void advance(int seconds) {
		set(this.now + seconds, this.epochSecond + seconds);
	}

	@Override
	int now() {
		return this.now;
	}

	@Override
	long epoch() {
		return this.epochSecond - this.now;
	}

	@Override
	long epochSecond() {
		return this.epochSecond;
	}

}
