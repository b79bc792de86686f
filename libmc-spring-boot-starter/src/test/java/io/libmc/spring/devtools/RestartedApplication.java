package io.libmc.spring.devtools;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

/**
 * Reads its books, is restarted by devtools, reads them again and ends. A process of its
 * own: devtools keeps out of tests.
 */
@SpringBootApplication
@EnableCaching
class RestartedApplication {

	private static final String RESTARTED = "io.libmc.restarted";

	public static void main(String[] args) {
		SpringApplication.run(RestartedApplication.class, args);
	}

	@Bean
	ApplicationRunner reader(BookService books) {
		return (arguments) -> {
			Object[] found = { books.findWithJdk(1), books.findWithJson(1) };
			System.out.printf("books by %s@%x: loads=%d", Book.class.getClassLoader().getClass().getSimpleName(),
					System.identityHashCode(Book.class.getClassLoader()), books.loads());
			for (Object book : found) {
				System.out.printf(", %s %s", book, (book instanceof Book) ? "of this run" : "of another");
			}
			System.out.println();
		};
	}

	@EventListener
	void restartOnce(ApplicationReadyEvent ready) {
		boolean restarted = System.setProperty(RESTARTED, "true") != null;
		new Thread(() -> {
			if (restarted) {
				System.exit(SpringApplication.exit(ready.getApplicationContext()));
			}
			Restarter.getInstance().restart();
		}).start();
	}

}
