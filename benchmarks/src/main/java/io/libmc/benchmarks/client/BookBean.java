package io.libmc.benchmarks.client;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Book} holds, as a bean.
 */
public class BookBean implements Serializable {

	private static final long serialVersionUID = 1;

	private long id;

	private String title = "";

	private String author = "";

	private BigDecimal price = BigDecimal.ZERO;

	private LocalDate published = LocalDate.EPOCH;

	// declared as applications do; the lists in it are serializable
	@SuppressWarnings("serial")
	private List<String> tags = new ArrayList<>();

	/** What serializers begin with. */
	public BookBean() {
	}

	/** With what the record holds. */
	public BookBean(Book book) {
		this.id = book.id();
		this.title = book.title();
		this.author = book.author();
		this.price = book.price();
		this.published = book.published();
		this.tags = book.tags();
	}

	public long getId() {
		return this.id;
	}

	public void setId(long id) {
		this.id = id;
	}

	public String getTitle() {
		return this.title;
	}

	public void setTitle(String title) {
		this.title = title;
	}

	public String getAuthor() {
		return this.author;
	}

	public void setAuthor(String author) {
		this.author = author;
	}

	public BigDecimal getPrice() {
		return this.price;
	}

	public void setPrice(BigDecimal price) {
		this.price = price;
	}

	public LocalDate getPublished() {
		return this.published;
	}

	public void setPublished(LocalDate published) {
		this.published = published;
	}

	public List<String> getTags() {
		return this.tags;
	}

	public void setTags(List<String> tags) {
		this.tags = tags;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof BookBean bean && this.id == bean.id && this.title.equals(bean.title)
				&& this.author.equals(bean.author) && this.price.equals(bean.price)
				&& this.published.equals(bean.published) && this.tags.equals(bean.tags);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.id, this.title, this.author, this.price, this.published, this.tags);
	}

}
