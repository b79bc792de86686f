package io.libmc.sample;

import java.io.Serializable;

/**
 * How many books there are of one author, in one language or from one decade.
 *
 * @param name the author, the language or the decade
 * @param books how many
 */
record GroupSize(String name, int books) implements Serializable {

}
