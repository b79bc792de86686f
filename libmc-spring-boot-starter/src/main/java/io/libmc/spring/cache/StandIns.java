package io.libmc.spring.cache;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;

import org.springframework.util.ClassUtils;

/**
 * Objects that stand in the place of others, as Hibernate's lazy collections and proxies
 * do. Nothing here touches Hibernate where it is not on the class path.
 */
final class StandIns {

	/** The group of {@code allowed-classes} that lets them be replaced. */
	static final String GROUP = "hibernate";

	private static final boolean PRESENT = ClassUtils.isPresent("org.hibernate.collection.spi.PersistentCollection",
			StandIns.class.getClassLoader());

	private StandIns() {
	}

	/** Whether there can be any. */
	static boolean exist() {
		return PRESENT;
	}

	/** Whether objects of a class stand for others. */
	static boolean are(Class<?> type) {
		return PRESENT && HibernateValues.standForOthers(type);
	}

	/** Whether objects of a class load some of their fields when asked for them. */
	static boolean loadThemselves(Class<?> type) {
		return PRESENT && HibernateValues.loadThemselves(type);
	}

	/** For a native image, which has to know of them. */
	static Collection<Field> fieldsThatAreRead() {
		return PRESENT ? HibernateValues.fieldsThatAreRead() : List.of();
	}

	/**
	 * What an object stands for, most often itself. Nothing is loaded to find out.
	 * @throws NotLoadedException if that, or some of its fields, would have to be loaded
	 */
	static Object resolve(Object value) {
		return PRESENT ? HibernateValues.resolve(value) : value;
	}

}
