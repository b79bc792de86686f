package io.libmc.sample;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;

import org.springframework.core.convert.converter.Converter;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * The catalogue over HTTP.
 */
@RestController
@RequestMapping("/api")
class BookController {

	private final Catalogue catalogue;

	private final PageViews pageViews;

	private final Stampede stampede;

	BookController(Catalogue catalogue, PageViews pageViews, Stampede stampede) {
		this.catalogue = catalogue;
		this.pageViews = pageViews;
		this.stampede = stampede;
	}

	@GetMapping("/books")
	List<Book> search(@RequestParam(defaultValue = "") String q) {
		return this.catalogue.search(q.strip().toLowerCase(Locale.ROOT));
	}

	@GetMapping("/books/{id}")
	BookPage open(@PathVariable long id) {
		Book book = this.catalogue.find(id).orElseThrow(() -> noSuchBook(id));
		return new BookPage(book, this.pageViews.count(id));
	}

	@PutMapping("/books/{id}")
	Book update(@PathVariable long id, @Valid @RequestBody BookDetails details) {
		Book book = new Book(id, details.title(), details.author(), details.published(), details.language());
		return this.catalogue.update(book).orElseThrow(() -> noSuchBook(id));
	}

	@DeleteMapping("/books/{id}/cache")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void evict(@PathVariable long id) {
		this.catalogue.evict(id);
	}

	/** Lets 200 callers ask at once for a book that is not in the cache. */
	@PostMapping("/books/{id}/stampede")
	Stampede.Outcome stampede(@PathVariable long id) throws InterruptedException {
		try {
			return this.stampede.on(id).orElseThrow(() -> noSuchBook(id));
		}
		catch (IllegalStateException ex) {
			throw new ResponseStatusException(HttpStatus.CONFLICT, ex.getMessage(), ex);
		}
	}

	@GetMapping("/statistics/{grouping}")
	List<GroupSize> count(@PathVariable Grouping grouping) {
		return this.catalogue.count(grouping);
	}

	private static ResponseStatusException noSuchBook(long id) {
		return new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no book " + id + ".");
	}

	/**
	 * What a reader sees of a book.
	 *
	 * @param book the book
	 * @param views how often it was opened; empty when nobody knows
	 */
	record BookPage(Book book, OptionalLong views) {

	}

	/**
	 * What a client may change of a book.
	 */
	record BookDetails(@NotBlank @Size(max = 200) String title, @NotBlank @Size(max = 200) String author,
			@Min(1) @Max(2100) int published, @NotBlank @Size(max = 50) String language) {

	}

	/** Lets paths say {@code /statistics/decade}. */
	@Component
	static class GroupingConverter implements Converter<String, Grouping> {

		@Override
		public Grouping convert(String name) {
			return Grouping.valueOf(name.toUpperCase(Locale.ROOT));
		}

	}

}
