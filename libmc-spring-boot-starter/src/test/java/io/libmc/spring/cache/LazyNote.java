package io.libmc.spring.cache;

import java.io.Serializable;
import java.util.function.Supplier;

import jakarta.persistence.Basic;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;

/**
 * An entity that, once it is enhanced, loads its text when it is asked for it.
 */
@Entity
public class LazyNote implements Serializable, Supplier<String> {

	private static final long serialVersionUID = 1L;

	@Id
	long id;

	@Basic(fetch = FetchType.LAZY)
	String text;

	public LazyNote() {
	}

	public LazyNote(long id, String text) {
		this.id = id;
		this.text = text;
	}

	@Override
	public String get() {
		return this.text;
	}

}
