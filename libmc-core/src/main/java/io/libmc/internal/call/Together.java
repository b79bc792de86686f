package io.libmc.internal.call;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Operations side by side, each repeated for as long as it is worth it. Which of them
 * failed, they tell.
 *
 * @param <L> what they are
 */
final class Together<L extends Leg> implements Script<List<L>> {

	private final List<L> all;

	private boolean begun;

	private List<L> round;

	Together(List<L> all) {
		this.all = all;
		this.round = all;
	}

	@Override
	public @Nullable Step next() {
		if (this.begun) {
			this.round = this.round.stream().filter(Leg::repeats).toList();
		}
		this.begun = true;
		return this.round.isEmpty() ? null : new Step.Round(this.round);
	}

	/** The first that failed, or null if none did. */
	static @Nullable Failed failure(List<? extends Leg> legs) {
		for (Leg leg : legs) {
			if (leg.hasFailed()) {
				return leg;
			}
		}
		return null;
	}

	@Override
	public List<L> result() {
		return this.all;
	}

}
