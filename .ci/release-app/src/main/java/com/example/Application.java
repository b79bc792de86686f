package com.example;

import java.time.Duration;

import io.libmc.MemcachedClient;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;

/**
 * Reads a book twice, which is loaded once, and asks the client itself.
 */
@SpringBootApplication
@EnableCaching
public class Application {

	public static void main(String[] args) {
		SpringApplication.run(Application.class, args).close();
	}

	@Bean
	CommandLineRunner readTwice(Books books, MemcachedClient client) {
		return (args) -> {
			books.find(42);
			client.set("loads", books.loads(), Duration.ofMinutes(1));
			System.out.println("book: " + books.find(42).title() + ", loaded " + client.get("loads", Integer.class) + " times");
		};
	}

}
