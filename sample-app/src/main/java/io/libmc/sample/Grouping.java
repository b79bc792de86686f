package io.libmc.sample;

/**
 * What books can be counted by.
 */
enum Grouping {

	AUTHOR("author"), LANGUAGE("language"), DECADE("published / 10 * 10 || 's'");

	private final String expression;

	Grouping(String expression) {
		this.expression = expression;
	}

	/**
	 * The group's name in SQL.
	 * @return an expression over the columns of {@code book}
	 */
	String expression() {
		return this.expression;
	}

}
