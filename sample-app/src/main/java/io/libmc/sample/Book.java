package io.libmc.sample;

import java.io.Serializable;

/**
 * A row of the catalogue.
 *
 * @param id its number
 * @param title its title in English, or the original one where that is the better known
 * @param author who wrote it
 * @param published when it first came out as a book, or its first volume did
 * @param language what it was written in
 */
record Book(long id, String title, String author, int published, String language) implements Serializable {

}
