package io.libmc.spring.autoconfigure;

import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Beans of the application's that properties name.
 */
final class NamedBeans {

	private final ListableBeanFactory beanFactory;

	NamedBeans(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Finds a bean.
	 * @throws IllegalArgumentException if there is none of that name and type
	 */
	<T> T get(String name, Class<T> type) {
		String stripped = name.strip();
		if (this.beanFactory.containsBean(stripped) && this.beanFactory.isTypeMatch(stripped, type)) {
			return this.beanFactory.getBean(stripped, type);
		}
		String[] beans = this.beanFactory.getBeanNamesForType(type);
		throw new IllegalArgumentException("\"" + stripped + "\" is not the name of a bean of the type "
				+ type.getSimpleName() + ((beans.length == 0) ? ", of which there is none"
						: "; those that there are: " + String.join(", ", beans)));
	}

}
