package io.libmc.internal.connection;

import io.libmc.internal.connection.Failure.Kind;
import io.libmc.internal.protocol.Answer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * Callers that meet on a connection: every one has its answer, whoever writes and reads
 * for whom. A wake-up that is lost is a call that never ends.
 */
public class HandOverStress {

	static final MemoryServer SERVER = new MemoryServer();

	static boolean isAnswered(Connection connection) {
		return MemoryServer.ask(connection) == Answer.END;
	}

	/** Two callers, one of which comes again. */
	@JCStressTest
	@State
	@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both have their answer")
	public static class Two {

		private final Connection connection = SERVER.connect();

		@Actor
		public void first(ZZ_Result result) {
			result.r1 = isAnswered(this.connection) && isAnswered(this.connection);
		}

		@Actor
		public void second(ZZ_Result result) {
			result.r2 = isAnswered(this.connection);
		}

	}

	/** Three callers, where there are CPUs for them. */
	@JCStressTest
	@State
	@Outcome(id = "true, true, true", expect = Expect.ACCEPTABLE, desc = "all have their answers")
	public static class Three {

		private final Connection connection = SERVER.connect();

		@Actor
		public void first(ZZZ_Result result) {
			result.r1 = isAnswered(this.connection) && isAnswered(this.connection);
		}

		@Actor
		public void second(ZZZ_Result result) {
			result.r2 = isAnswered(this.connection);
		}

		@Actor
		public void third(ZZZ_Result result) {
			result.r3 = isAnswered(this.connection);
		}

	}

	/** A caller of a connection that another one closes: its calls end, too. */
	@JCStressTest
	@State
	@Outcome(id = ".*, false", expect = Expect.ACCEPTABLE, desc = "the calls ended, the last one unanswered")
	public static class Closed {

		private final Connection connection = SERVER.connect();

		@Actor
		public void first(ZZ_Result result) {
			result.r1 = isAnswered(this.connection) && isAnswered(this.connection);
		}

		@Actor
		public void second(ZZ_Result result) {
			this.connection.close(new Failure(Kind.LOST, "it was closed", null));
			result.r2 = isAnswered(this.connection);
		}

	}

}
