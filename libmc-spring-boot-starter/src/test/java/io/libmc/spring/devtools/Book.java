package io.libmc.spring.devtools;

import java.io.Serializable;

/** A value whose class devtools loads anew with each restart. */
record Book(long id, String title) implements Serializable {

}
