package io.libmc.spring.cache;

/**
 * What becomes of an entry whose classes had other fields when it was written, as between
 * two versions of an application.
 *
 * @since 0.1.0
 */
public enum ClassChanges {

	/**
	 * It is a miss if a class in it has changed in the names or the declared types of its
	 * fields, in its superclass, in the constants of an enum, in Jackson's annotations or
	 * in its {@code serialVersionUID}.
	 */
	MISS,

	/**
	 * It is whatever the serializer makes of it: fields that it lacks can be {@code null}
	 * or 0, and others hold what they never held.
	 */
	TOLERATE

}
