package io.libmc.benchmarks.client;

import java.io.Serializable;
import java.util.List;

/**
 * A page of what was found, in a class of the application's.
 *
 * @param number from 0
 * @param total of all pages
 * @param content of this page
 */
public record BookPage(int number, long total, List<Book> content) implements Serializable {
}
