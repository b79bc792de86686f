package io.libmc.spring.cache;

/**
 * Ends the encoding of a value of which a part is still in the database.
 */
final class NotLoadedException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String place;

	/**
	 * Names what is missing.
	 * @param place a field of an entity, or an entity
	 */
	NotLoadedException(String place) {
		super(Refusals.notLoaded(place));
		this.place = place;
	}

	String place() {
		return this.place;
	}

}
