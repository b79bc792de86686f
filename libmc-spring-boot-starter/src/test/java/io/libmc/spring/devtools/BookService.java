package io.libmc.spring.devtools;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

@Service
class BookService {

	private int loads;

	@Cacheable("jdk")
	Book findWithJdk(long id) {
		this.loads++;
		return new Book(id, "Emma");
	}

	@Cacheable("json")
	Book findWithJson(long id) {
		this.loads++;
		return new Book(id, "Emma");
	}

	int loads() {
		return this.loads;
	}

}
