package io.libmc.benchmarks.client;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/**
 * A record as applications cache it.
 *
 * @param id a number
 * @param title some words
 * @param author a name
 * @param price with cents
 * @param published a day
 * @param tags a few words
 */
public record Book(long id, String title, String author, BigDecimal price, LocalDate published,
		List<String> tags) implements Serializable {
}
