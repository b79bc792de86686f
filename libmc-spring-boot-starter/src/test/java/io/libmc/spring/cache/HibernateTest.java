package io.libmc.spring.cache;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.persistence.CascadeType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKey;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.OrderColumn;
import org.hibernate.Hibernate;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.SortNatural;
import org.hibernate.bytecode.enhance.spi.DefaultEnhancementContext;
import org.hibernate.bytecode.internal.BytecodeProviderInitiator;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.hibernate.proxy.HibernateProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.domain.PageRequest;

import io.libmc.MemcachedClient;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Entities as Hibernate hands them out, with its own collections and proxies in them.
 */
@Memcached
@Timeout(120)
@SuppressWarnings("serial") // collections are what entities have
class HibernateTest {

	private static final String OWN = HibernateTest.class.getName();

	private static final List<String> ALLOWED = List.of(OWN, "hibernate");

	private static EntityManagerFactory entities;

	/** What there is in an entity, loaded or not. */
	static List<Object> samples(boolean loaded) {
		createEntities();
		try {
			return inTransaction((manager) -> {
				Author author = manager.find(Author.class, 1L);
				Author found = loaded ? loaded(author) : author;
				return List.of(found.books, found.inOrder, found.tags, found.sortedTags, found.orderedTags,
						found.ratings, found.sortedRatings, found.publisher);
			});
		}
		finally {
			closeEntities();
		}
	}

	@BeforeAll
	static void createEntities() {
		entities = new HibernatePersistenceConfiguration("libraries")
			.managedClasses(Author.class, Book.class, Publisher.class, Shelf.class)
			.jdbcUrl("jdbc:h2:mem:libraries;DB_CLOSE_DELAY=-1")
			.property("hibernate.hbm2ddl.auto", "create-drop")
			.property("hibernate.generate_statistics", "true")
			.createEntityManagerFactory();
		inTransaction((manager) -> {
			Publisher publisher = new Publisher(1, "O'Reilly");
			manager.persist(publisher);
			Author author = new Author(1, "Knuth", publisher);
			author.books.add(new Book(1, "TeX"));
			author.books.add(new Book(2, "METAFONT"));
			author.inOrder.addAll(List.of("b", "a"));
			author.tags.addAll(List.of("math", "cs"));
			author.sortedTags.addAll(List.of("z", "y"));
			author.orderedTags.addAll(List.of("q", "p"));
			author.ratings.put("b", 5);
			author.sortedRatings.put(2L, "x");
			author.sortedRatings.put(1L, "y");
			manager.persist(author);
			Shelf shelf = new Shelf(1);
			shelf.books.put(3L, new Book(3, "Concrete Mathematics"));
			manager.persist(shelf);
			return shelf;
		});
	}

	@AfterAll
	static void closeEntities() {
		entities.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void whatIsLoadedIsWrittenAsThePlainCollectionsAndEntities(String name) throws Exception {
		Author author = inTransaction((manager) -> loaded(manager.find(Author.class, 1L)));
		assertThat(author.books).isInstanceOf(PersistentCollection.class);
		assertThat(author.publisher).isInstanceOf(HibernateProxy.class);
		EntryFormat format = format(name, ALLOWED);
		for (int i = 0; i < 3; i++) {
			Author read = (Author) roundTrip(format, author);
			assertThat(read.name).isEqualTo("Knuth");
			assertThat(read.books).isEqualTo(List.of(new Book(1, "TeX"), new Book(2, "METAFONT")))
				.isExactlyInstanceOf(ArrayList.class);
			assertThat(read.inOrder).isEqualTo(List.of("b", "a")).isExactlyInstanceOf(ArrayList.class);
			assertThat(read.tags).isEqualTo(Set.of("math", "cs")).isExactlyInstanceOf(HashSet.class);
			assertThat(read.sortedTags).isEqualTo(new TreeSet<>(Set.of("y", "z"))).isExactlyInstanceOf(TreeSet.class);
			assertThat(read.orderedTags).containsExactly("p", "q").isExactlyInstanceOf(LinkedHashSet.class);
			assertThat(read.ratings).isEqualTo(Map.of("b", 5)).isExactlyInstanceOf(HashMap.class);
			assertThat(read.sortedRatings).isEqualTo(new TreeMap<>(Map.of(1L, "y", 2L, "x")))
				.isExactlyInstanceOf(TreeMap.class);
			assertThat(read.publisher).isExactlyInstanceOf(Publisher.class).isEqualTo(new Publisher(1, "O'Reilly"));
		}
		assertThat(bytes(format, author)).doesNotContain("org.hibernate", "HibernateProxy");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void keysAndElementsKeepTheirClasses(String name) throws Exception {
		Shelf shelf = inTransaction((manager) -> {
			Shelf found = manager.find(Shelf.class, 1L);
			Hibernate.initialize(found.books);
			return found;
		});
		assertThat(((Shelf) roundTrip(format(name, ALLOWED), shelf)).books)
			.isEqualTo(Map.of(3L, new Book(3, "Concrete Mathematics")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void collectionsAndProxiesAreValuesThemselves(String name) throws Exception {
		Author author = inTransaction((manager) -> loaded(manager.find(Author.class, 1L)));
		EntryFormat format = format(name, ALLOWED);
		for (int i = 0; i < 3; i++) {
			assertThat(roundTrip(format, author.publisher)).isExactlyInstanceOf(Publisher.class)
				.isEqualTo(new Publisher(1, "O'Reilly"));
			assertThat(roundTrip(format, author.books)).isExactlyInstanceOf(ArrayList.class)
				.isEqualTo(List.copyOf(author.books));
			assertThat(roundTrip(format, author.sortedRatings)).isExactlyInstanceOf(TreeMap.class)
				.isEqualTo(Map.of(1L, "y", 2L, "x"));
			assertThat(roundTrip(format, new ArrayList<>(List.of(author.publisher, author.tags))))
				.isEqualTo(List.of(new Publisher(1, "O'Reilly"), Set.of("math", "cs")));
		}
	}

	/** Neither within a transaction, where it could be loaded, nor after it. */
	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void whatIsNotLoadedIsRefusedAndNotLoaded(String name) {
		EntryFormat format = format(name, ALLOWED);
		Author detached = inTransaction((manager) -> {
			Author author = manager.find(Author.class, 1L);
			long before = statements();
			for (Object value : List.of(author, author.books, author.publisher, new ArrayList<>(List.of(author)))) {
				assertThatIllegalArgumentException().isThrownBy(() -> format.encode(value))
					.withMessageContaining("has not loaded");
			}
			assertThat(statements()).isEqualTo(before);
			assertThat(Hibernate.isInitialized(author.books)).isFalse();
			assertThat(Hibernate.isInitialized(author.publisher)).isFalse();
			return author;
		});
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(detached))
			.withMessageContainingAll(OWN + "$Author.books, ", OWN + "$Author.tags, ", OWN + "$Author.ratings, ",
					OWN + "$Publisher, ", "JOIN FETCH", "@EntityGraph", "record");
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(detached.publisher))
			.withMessageContaining(OWN + "$Publisher, which Hibernate has not loaded");
	}

	/** The shape of the first one is known by then. */
	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void whatIsNotLoadedIsRefusedAlsoAfterOneThatWas(String name) {
		EntryFormat format = format(name, ALLOWED);
		inTransaction((manager) -> format.encode(loaded(manager.find(Author.class, 1L))));
		Author author = inTransaction((manager) -> {
			Author found = loaded(manager.find(Author.class, 1L));
			manager.refresh(found);
			return found;
		});
		assertThat(Hibernate.isInitialized(author.ratings)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(author))
			.withMessageContaining("$Author.ratings, ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void withoutTheGroupItIsNamed(String name) {
		EntryFormat format = format(name, List.of(OWN));
		Author author = inTransaction((manager) -> loaded(manager.find(Author.class, 1L)));
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(author))
			.withMessageContainingAll("PersistentBag", "the group hibernate", "allowed-classes");
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(author.tags))
			.withMessageContainingAll("PersistentSet", "the group hibernate", "allowed-classes");
		Author notLoaded = inTransaction((manager) -> {
			Author found = manager.find(Author.class, 1L);
			long before = statements();
			assertThatIllegalArgumentException().isThrownBy(() -> format.encode(found));
			assertThat(statements()).isEqualTo(before);
			return found;
		});
		assertThatIllegalArgumentException().isThrownBy(() -> format(name, List.of(OWN)).encode(notLoaded))
			.withMessageContainingAll("the group hibernate", "$Author.books", "$Publisher", "has not loaded");
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void oneMessageNamesClassesGroupsAndWhatIsNotLoaded(String name) {
		EntryFormat format = format(name, List.of(Holder.class.getName()));
		Author author = inTransaction((manager) -> manager.find(Author.class, 1L));
		Holder holder = new Holder(new Other(1), author, new ArrayList<>(List.of(PageRequest.of(1, 2))));
		assertThatIllegalArgumentException().isThrownBy(() -> format.encode(holder))
			.withMessageContainingAll(Other.class.getName() + ", ", Author.class.getName() + ", ", "PersistentBag",
					"org.springframework.data.domain.PageRequest", "the group hibernate", "the group spring-data",
					"$Author.books", "has not loaded", "libmc.cache.allowed-classes");
	}

	/** No entry makes a proxy, whoever wrote it. */
	@Test
	void noClassOfHibernatesIsRead() {
		Object proxy = inTransaction((manager) -> manager.getReference(Publisher.class, 1L));
		EntryFormat json = format("json", ALLOWED);
		for (String type : List.of(proxy.getClass().getName(), "org.hibernate.collection.spi.PersistentBag")) {
			byte[] entry = (byte[]) Stamp.put(json.encode("[]"), 1);
			byte[] text = ("[\"" + type + "\",{}]").getBytes(StandardCharsets.UTF_8);
			byte[] hostile = Arrays.copyOf(entry, Stamp.HEADER_BYTES + text.length);
			System.arraycopy(text, 0, hostile, Stamp.HEADER_BYTES, text.length);
			assertThatExceptionOfType(UndecodableEntryException.class).isThrownBy(() -> json.decode(hostile))
				.withMessageContaining("is not allowed");
		}
	}

	/** Its own code loads the field, and no collection or proxy tells. */
	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	@SuppressWarnings("unchecked")
	void anEnhancedEntityIsRefusedUntilItsFieldsAreLoaded(String name) throws Exception {
		ClassLoader loader = new Enhancing();
		Class<?> type = loader.loadClass(LazyNote.class.getName());
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		Thread.currentThread().setContextClassLoader(loader);
		try (EntityManagerFactory notes = new HibernatePersistenceConfiguration("notes").managedClass(type)
			.jdbcUrl("jdbc:h2:mem:notes;DB_CLOSE_DELAY=-1")
			.property("hibernate.classLoader.tccl_lookup_precedence", "before")
			.property("hibernate.hbm2ddl.auto", "create-drop")
			.createEntityManagerFactory()) {
			Object note = type.getConstructor(long.class, String.class).newInstance(1, "long text");
			notes.runInTransaction((manager) -> manager.persist(note));
			EntryFormat format = format(name, List.of(LazyNote.class.getName()), loader);
			notes.runInTransaction((manager) -> {
				Object found = manager.find(type, 1L);
				for (Object each : List.of(found, new ArrayList<>(List.of(found)))) {
					assertThatIllegalArgumentException().isThrownBy(() -> format.encode(each))
						.withMessageContaining(type.getName() + ", which Hibernate has not loaded");
				}
				assertThat(Hibernate.isPropertyInitialized(found, "text")).isFalse();
				assertThat(((Supplier<String>) found).get()).isEqualTo("long text");
				byte[] entry = (byte[]) Stamp.put(format.encode(found), 1);
				assertThatNoException().isThrownBy(
						() -> assertThat(((Supplier<String>) format.decode(entry)).get()).isEqualTo("long text"));
			});
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "json" })
	void anEntityGoesThroughACache(String name, MemcachedServer server) {
		try (MemcachedClient client = MemcachedClient.builder()
			.servers(server.address())
			.pollTimeout(Duration.ofSeconds(5))
			.build()) {
			LibmcCacheManager manager = new LibmcCacheManager(client, new LibmcCacheSettings());
			manager.configureCache("authors",
					(settings) -> settings.format(format(name, ALLOWED)).onError(OnError.THROW));
			manager.afterPropertiesSet();
			LibmcCache cache = (LibmcCache) Objects.requireNonNull(manager.getCache("authors"));
			Author author = inTransaction((session) -> loaded(session.find(Author.class, 1L)));
			cache.put(1L, author);
			Author read = cache.get(1L, Author.class);
			assertThat(read).isNotNull().isNotSameAs(author);
			assertThat(read.books).isEqualTo(List.copyOf(author.books));
			Author lazy = inTransaction((session) -> session.find(Author.class, 1L));
			assertThatIllegalArgumentException().isThrownBy(() -> cache.put(1L, lazy));
			assertThat(cache.get(1L)).isNull();
		}
	}

	private static Author loaded(Author author) {
		for (Object each : List.of(author.books, author.inOrder, author.tags, author.sortedTags, author.orderedTags,
				author.ratings, author.sortedRatings, author.publisher)) {
			Hibernate.initialize(each);
		}
		return author;
	}

	private static long statements() {
		return entities.unwrap(SessionFactory.class).getStatistics().getPrepareStatementCount();
	}

	private static <T> T inTransaction(Function<EntityManager, T> work) {
		return entities.callInTransaction(work);
	}

	private static String bytes(EntryFormat format, Object value) {
		return new String((byte[]) format.encode(value), StandardCharsets.ISO_8859_1);
	}

	private static Object roundTrip(EntryFormat format, Object value) throws Exception {
		return format.decode(Stamp.put(format.encode(value), 1));
	}

	private static EntryFormat format(String name, Collection<String> allowed) {
		return format(name, allowed, HibernateTest.class.getClassLoader());
	}

	private static EntryFormat format(String name, Collection<String> allowed, ClassLoader loader) {
		return name.equals("jdk") ? EntryFormat.jdk(loader, allowed) : EntryFormat.json(loader, allowed);
	}

	@Entity
	static class Author implements Serializable {

		private static final long serialVersionUID = 1L;

		@Id
		long id;

		String name;

		@OneToMany(cascade = CascadeType.ALL)
		@JoinColumn
		List<Book> books = new ArrayList<>();

		@ElementCollection
		@OrderColumn
		List<String> inOrder = new ArrayList<>();

		@ElementCollection
		Set<String> tags = new HashSet<>();

		@ElementCollection
		@SortNatural
		SortedSet<String> sortedTags = new TreeSet<>();

		@ElementCollection
		@OrderBy
		Set<String> orderedTags = new HashSet<>();

		@ElementCollection
		Map<String, Integer> ratings = new HashMap<>();

		@ElementCollection
		@SortNatural
		SortedMap<Long, String> sortedRatings = new TreeMap<>();

		@ManyToOne(fetch = FetchType.LAZY)
		Publisher publisher;

		Author() {
		}

		Author(long id, String name, Publisher publisher) {
			this.id = id;
			this.name = name;
			this.publisher = publisher;
		}

	}

	@Entity
	static class Shelf implements Serializable {

		private static final long serialVersionUID = 1L;

		@Id
		long id;

		@OneToMany(cascade = CascadeType.ALL)
		@MapKey(name = "id")
		Map<Long, Book> books = new HashMap<>();

		Shelf() {
		}

		Shelf(long id) {
			this.id = id;
		}

	}

	@Entity
	static class Book implements Serializable {

		private static final long serialVersionUID = 1L;

		@Id
		long id;

		String title;

		Book() {
		}

		Book(long id, String title) {
			this.id = id;
			this.title = title;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Book book && book.id == this.id && book.title.equals(this.title);
		}

		@Override
		public int hashCode() {
			return Long.hashCode(this.id);
		}

	}

	@Entity
	static class Publisher implements Serializable {

		private static final long serialVersionUID = 1L;

		@Id
		long id;

		String name;

		Publisher() {
		}

		Publisher(long id, String name) {
			this.id = id;
			this.name = name;
		}

		long id() {
			return this.id;
		}

		String name() {
			return this.name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Publisher publisher && publisher.id() == id() && publisher.name().equals(name());
		}

		@Override
		public int hashCode() {
			return Long.hashCode(id());
		}

	}

	/** As Hibernate's build plugins enhance an entity. */
	private static final class Enhancing extends ClassLoader {

		Enhancing() {
			super(HibernateTest.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			synchronized (getClassLoadingLock(name)) {
				Class<?> known = findLoadedClass(name);
				return (known == null && name.equals(LazyNote.class.getName())) ? enhanced(name)
						: (known != null) ? known : super.loadClass(name, resolve);
			}
		}

		private Class<?> enhanced(String name) {
			try (InputStream in = Objects
				.requireNonNull(getResourceAsStream(name.replace('.', '/').concat(".class")))) {
				byte[] bytes = BytecodeProviderInitiator.buildDefaultBytecodeProvider()
					.getEnhancer(new DefaultEnhancementContext())
					.enhance(name, in.readAllBytes());
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	record Other(int number) implements Serializable {

	}

	record Holder(Other other, Author author, List<Object> more) implements Serializable {

	}

}
