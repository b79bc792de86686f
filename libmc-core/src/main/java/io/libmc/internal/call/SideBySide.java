package io.libmc.internal.call;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A script, and another one whose operations go out with its own. The result is the first
 * one's; the other's tells itself.
 *
 * @param <T> that result
 */
public final class SideBySide<T extends @Nullable Object> implements Script<T> {

	private final Script<T> script;

	private final List<Script<?>> running;

	public SideBySide(Script<T> script, Script<?> other) {
		this.script = script;
		this.running = new ArrayList<>(List.of(other, script));
	}

	@Override
	public @Nullable Step next() {
		List<Leg> legs = new ArrayList<>();
		this.running.removeIf((each) -> hasEnded(each, legs));
		return legs.isEmpty() ? null : new Step.Round(legs);
	}

	/** Adds the operations of the next step; these two have no other steps. */
	private static boolean hasEnded(Script<?> each, List<Leg> legs) {
		Step step = each.next();
		if (step instanceof Leg leg) {
			legs.add(leg);
		}
		else if (step instanceof Step.Round round) {
			legs.addAll(round.legs());
		}
		return step == null;
	}

	@Override
	public @Nullable Failed failure() {
		return this.script.failure();
	}

	@Override
	public T result() {
		return this.script.result();
	}

}
