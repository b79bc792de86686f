package io.libmc.testing;

import java.text.MessageFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What the client logs from now on, but for what only those see who look for a fault:
 * lines of a level and a text.
 */
public final class LogLines implements AutoCloseable {

	private final Queue<String> lines = new ConcurrentLinkedQueue<>();

	private final Logger logger = Logger.getLogger("io.libmc");

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			if (record.getLevel().intValue() >= Level.INFO.intValue()) {
				LogLines.this.lines
					.add(record.getLevel() + " " + MessageFormat.format(record.getMessage(), record.getParameters()));
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	public LogLines() {
		this.logger.addHandler(this.handler);
	}

	/** The lines until now. */
	public List<String> all() {
		return List.copyOf(this.lines);
	}

	@Override
	public void close() {
		this.logger.removeHandler(this.handler);
	}

}
