package io.libmc.spring.cache;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Whether what came back is what went. Collections and maps are compared by what they
 * hold, and in their order if they have one, and applications' classes by their fields,
 * so that no {@code equals} of theirs is needed, and none believed that says that two are
 * the same. What is the JDK's own has to be equal.
 */
final class JsonComparison {

	private static final Object NULL = new Object();

	private static final String IN_CONTAINER = "a collection or map is written by what it holds: cache a record that holds both";

	private static final String IN_BEAN = "an annotation leaves it out or puts a method in its place, or a field of a subclass has its name: take the annotation away or rename it";

	private static final String IN_SCALAR = "it is no part of what the class writes of itself";

	/** Those of the JDK that have no equality, and whose text is all that they are. */
	private static final Set<Class<?>> TEXTS = Set.of(StringBuilder.class, StringBuffer.class, AtomicBoolean.class,
			AtomicInteger.class, AtomicLong.class, AtomicIntegerArray.class, AtomicLongArray.class, LongAdder.class,
			DoubleAdder.class);

	private final JsonBeans beans;

	/** Objects that are being compared, of which some can hold themselves. */
	private final IdentityHashMap<Object, Object> begun = new IdentityHashMap<>();

	private String difference = "it would not come back equal";

	/** The innermost field that differs so. */
	private String place = "";

	private JsonComparison(JsonBeans beans) {
		this.beans = beans;
	}

	/**
	 * Compares two values.
	 * @return what differs, as the end of a sentence, or {@code null}
	 */
	static @Nullable String difference(Object went, Object came, JsonBeans beans) {
		JsonComparison comparison = new JsonComparison(beans);
		try {
			return comparison.same(went, came) ? null : comparison.difference + comparison.place;
		}
		catch (NotLoadedException ex) {
			return "it holds " + ex.getMessage();
		}
		catch (RuntimeException | StackOverflowError ex) {
			return "it cannot be compared with what would come back: " + ex;
		}
	}

	private boolean same(@Nullable Object went, @Nullable Object came) {
		return (went == null || came == null) ? went == came || differ(went, came)
				: sameValue(StandIns.resolve(went), came);
	}

	private boolean sameValue(Object went, Object came) {
		if (went == came) {
			return true;
		}
		if (went instanceof Map<?, ?> one && came instanceof Map<?, ?> other) {
			return sameContainer(one, other) && sameEntries(one, other) && sameFields(one, other, IN_CONTAINER);
		}
		if (went instanceof Collection<?> one && came instanceof Collection<?> other) {
			return sameContainer(one, other) && sameElements(one, other) && sameFields(one, other, IN_CONTAINER);
		}
		if (went.getClass() != came.getClass() || went instanceof Enum
				|| KotlinTypes.singleton(went.getClass()) == went) {
			return differ(went, came);
		}
		if (went instanceof Object[] one) {
			return sameElements(Arrays.asList(one), Arrays.asList((Object[]) came));
		}
		if (went instanceof Optional<?> one) {
			return same(one.orElse(null), ((Optional<?>) came).orElse(null));
		}
		if (went instanceof AtomicReference<?> one) {
			return same(one.get(), ((AtomicReference<?>) came).get()) && sameFields(went, came, IN_CONTAINER);
		}
		if (went instanceof Map.Entry<?, ?> one) {
			Map.Entry<?, ?> other = (Map.Entry<?, ?>) came;
			return same(one.getKey(), other.getKey()) && same(one.getValue(), other.getValue())
					&& sameFields(went, came, IN_CONTAINER);
		}
		JsonBeans.Bean bean = this.beans.find(went.getClass());
		if (bean != null) {
			return sameWithin(went, came, (field) -> !bean.unwritten().contains(field), IN_BEAN);
		}
		if (isOfJdk(went.getClass())) {
			return sameScalar(went, came) || differ(went, came);
		}
		return (!hasEquality(went.getClass()) || went.equals(came) || differ(went, came))
				&& sameWithin(went, came, (field) -> false, IN_SCALAR);
	}

	/**
	 * A class that nobody can declare may be replaced, by one that is in such an order.
	 */
	private boolean sameContainer(Object went, Object came) {
		Class<?> type = went.getClass();
		boolean hidden = KotlinTypes.isHiddenCollection(type)
				|| (type.getName().startsWith("java.util.") && (!Modifier.isPublic(type.getModifiers())
						|| type.getName().indexOf('$') > 0 || type == EnumMap.class));
		if (hidden) {
			boolean list = kind(went) == Collection.class && came instanceof List;
			return (list || kind(went) == kind(came) || differ(went, came))
					&& (canAllOf(went, came) || differ(went, came)) && keepsOrder(went, came);
		}
		if (type != came.getClass() || (went instanceof IdentityHashMap && !went.equals(came))) {
			return differ(went, came);
		}
		return keepsOrder(went, came) && keeps(went, "defaults", names(went), names(came))
				&& keeps(went, "capacity", capacity(went), capacity(came));
	}

	/** Callers may have declared what it is by any of its interfaces. */
	private static boolean canAllOf(Object went, Object came) {
		return ClassUtils.getAllInterfacesForClassAsSet(went.getClass())
			.stream()
			.filter((type) -> type.getName().startsWith("java.util.") && (Collection.class.isAssignableFrom(type)
					|| Map.class.isAssignableFrom(type) || type.getSimpleName().startsWith("Sequenced")))
			.allMatch((type) -> type.isInstance(came));
	}

	private boolean keepsOrder(Object went, Object came) {
		return keeps(went, "Comparator", ContainerOrder.decidedBy(went), ContainerOrder.decidedBy(came));
	}

	private boolean keeps(Object went, String what, @Nullable Object one, @Nullable Object other) {
		boolean kept = Objects.equals(one, other);
		if (!kept) {
			say("it " + holds(went) + "whose " + what + " would be lost");
		}
		return kept;
	}

	/** Those of the defaults included. */
	private static @Nullable Object names(Object container) {
		return (container instanceof Properties properties) ? properties.stringPropertyNames() : null;
	}

	private static @Nullable Object capacity(Object container) {
		return (container instanceof BlockingQueue<?> queue) ? queue.remainingCapacity() : null;
	}

	private static Class<?> kind(Object container) {
		return (container instanceof Map) ? Map.class
				: (container instanceof List) ? List.class : (container instanceof Set) ? Set.class : Collection.class;
	}

	private boolean sameElements(Collection<?> went, Collection<?> came) {
		if (went.size() != came.size()) {
			return differ(went, came);
		}
		return sameInOrder(went, came) || (went instanceof Set && sameInAnyOrder(went, came) && canBeInAnyOrder(went));
	}

	private boolean canBeInAnyOrder(Object went) {
		boolean ordered = ContainerOrder.isOrdered(went);
		if (ordered) {
			say("it " + holds(went) + "whose order would be lost");
		}
		return !ordered;
	}

	private boolean sameInOrder(Collection<?> went, Collection<?> came) {
		Iterator<?> others = came.iterator();
		for (Object element : went) {
			if (!others.hasNext() || !same(element, others.next())) {
				return false;
			}
		}
		return !others.hasNext();
	}

	private boolean sameInAnyOrder(Collection<?> went, Collection<?> came) {
		Map<Object, Object> left = new LinkedHashMap<>();
		came.forEach((element) -> left.put(orNull(element), orNull(element)));
		for (Object element : went) {
			Object other = left.get(orNull(element));
			if (other == null || !same(orNull(element), other)) {
				other = left.keySet().stream().filter((each) -> same(orNull(element), each)).findFirst().orElse(null);
			}
			if (other == null) {
				return false;
			}
			left.remove(other);
		}
		return left.isEmpty();
	}

	private static Object orNull(@Nullable Object value) {
		return (value != null) ? value : NULL;
	}

	private boolean sameEntries(Map<?, ?> went, Map<?, ?> came) {
		if (went.size() != came.size()) {
			return differ(went, came);
		}
		if (!sameInOrder(went.keySet(), came.keySet())) {
			return sameInAnyOrder(went.keySet(), came.keySet()) && canBeInAnyOrder(went) && sameValues(went, came);
		}
		return sameInOrder(went.values(), came.values());
	}

	private boolean sameValues(Map<?, ?> went, Map<?, ?> came) {
		for (Map.Entry<?, ?> entry : went.entrySet()) {
			if (!same(entry.getValue(), came.get(entry.getKey()))) {
				return false;
			}
		}
		return true;
	}

	/** Whatever methods there are, the fields are what a value is. */
	private boolean sameWithin(Object went, Object came, Predicate<Field> written, String reason) {
		Object begun = this.begun.putIfAbsent(went, came);
		if (begun != null) {
			return begun == came || differ(went, came);
		}
		boolean same = true;
		for (Field field : JsonBeans.fieldsOf(went.getClass())) {
			same = same && (written.test(field) ? sameField(went, came, field)
					: sameFields(went, came, List.of(field), reason));
		}
		this.begun.remove(went);
		return same;
	}

	private boolean sameField(Object went, Object came, Field field) {
		boolean same = same(get(field, went), get(field, came));
		if (!same && this.place.isEmpty()) {
			this.place = ", in the field " + name(field);
		}
		return same;
	}

	private static @Nullable Object get(Field field, Object value) {
		ReflectionUtils.makeAccessible(field);
		return ReflectionUtils.getField(field, value);
	}

	/** What is no part of what is written is there all the same. */
	private boolean sameFields(Object went, Object came, String reason) {
		Class<?> type = went.getClass();
		return JsonBeans.isOfJava(type) || KotlinTypes.isHiddenCollection(type)
				|| sameFields(went, came, JsonBeans.fieldsOf(type), reason);
	}

	private boolean sameFields(Object went, Object came, List<Field> fields, String reason) {
		for (Field field : fields) {
			if (!same(get(field, went), get(field, came))) {
				say("it " + holds(went) + "whose field " + name(field) + " would be lost, as " + reason
						+ ", or declare it transient if it may be lost");
				return false;
			}
		}
		return true;
	}

	/** A class that has no equality of its own is known by its text if that tells all. */
	private boolean sameScalar(Object went, Object came) {
		Class<?> type = went.getClass();
		if (type.isArray()) {
			return Array.getLength(went) == Array.getLength(came) && Objects.deepEquals(went, came);
		}
		if (went instanceof Pattern one) {
			return one.pattern().equals(came.toString()) && one.flags() == ((Pattern) came).flags();
		}
		return type == Object.class || went.equals(came)
				|| (TEXTS.contains(type) && went.toString().equals(came.toString()));
	}

	private static boolean hasEquality(Class<?> type) {
		try {
			return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Arrays of an application's, which are compared before, have its class loader. */
	private static boolean isOfJdk(Class<?> type) {
		return type.isArray() || type.getClassLoader() == null
				|| type.getClassLoader() == ClassLoader.getPlatformClassLoader();
	}

	private boolean differ(@Nullable Object went, @Nullable Object came) {
		boolean same = went == null || (came != null && went.getClass() == came.getClass());
		say((went == null) ? "it holds null, which would come back as " + name(came)
				: "it " + holds(went) + "which would " + (same ? "not come back equal" : "come back as " + name(came)));
		return false;
	}

	private void say(String what) {
		this.difference = what;
		this.place = "";
	}

	private static String holds(Object value) {
		return "is, or holds, " + name(value) + ", ";
	}

	private static String name(Field field) {
		return field.getDeclaringClass().getTypeName() + "." + field.getName();
	}

	private static String name(@Nullable Object value) {
		return (value != null) ? "a " + value.getClass().getTypeName() : "null";
	}

}
