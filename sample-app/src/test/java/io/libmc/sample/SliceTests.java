package io.libmc.sample;

import java.util.Optional;

import io.libmc.embedded.EmbeddedMemcached;
import io.libmc.spring.test.AutoConfigureEmbeddedMemcached;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

import static org.hamcrest.Matchers.containsString;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * The controller with its caches and without a database, as docs/testing.md shows it.
 */
@WebMvcTest(BookController.class)
@Import({ Catalogue.class, PageViews.class, Stampede.class })
@AutoConfigureEmbeddedMemcached(servers = 1)
class SliceTests {

	@MockitoBean
	private BookRepository books;

	@Test
	void aBookIsLoadedOnceAndAgainWhenMemcachedIsEmpty(@Autowired MockMvc http, @Autowired EmbeddedMemcached memcached)
			throws Exception {
		given(this.books.findById(7)).willReturn(Optional.of(new Book(7, "Emma", "Jane Austen", 1815, "English")));
		for (int i = 0; i < 3; i++) {
			http.perform(get("/api/books/7"))
				.andExpect(status().isOk())
				.andExpect(content().string(containsString("Emma")));
		}
		verify(this.books, times(1)).findById(7);
		memcached.restart();
		http.perform(get("/api/books/7")).andExpect(status().isOk());
		verify(this.books, times(2)).findById(7);
	}

}
