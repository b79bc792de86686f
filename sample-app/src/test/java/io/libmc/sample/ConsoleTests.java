package io.libmc.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Stream;

import com.deque.html.axecore.results.Results;
import com.deque.html.axecore.selenium.AxeBuilder;
import org.jspecify.annotations.Nullable;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The page in a browser, as a visitor sees it. With {@code -Dlibmc.images=directory} it
 * leaves pictures there.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "libmc.retry-timeout=200ms", "libmc.poll-timeout=300ms", "libmc.embedded.enabled=true" })
class ConsoleTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final @Nullable String IMAGES = System.getProperty("libmc.images");

	private static @Nullable ChromeDriver browser;

	@LocalServerPort
	private int port;

	@BeforeAll
	static void openBrowser() {
		Path chromium = program("chromium", "google-chrome", "chromium-browser");
		Path driver = program("chromedriver");
		assumeTrue(chromium != null && driver != null,
				"there is no Chromium with its driver: nobody looks at the page");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium.toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-background-networking",
				"--disable-dev-shm-usage", "--force-device-scale-factor=1", "--hide-scrollbars");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		browser = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(driver.toFile()).usingAnyFreePort().build(),
				options);
	}

	private static @Nullable Path program(String... names) {
		for (String name : names) {
			for (String directory : System.getenv("PATH").split(":", -1)) {
				Path program = Path.of(directory, name);
				if (Files.isExecutable(program)) {
					return program;
				}
			}
		}
		return null;
	}

	@AfterAll
	static void closeBrowser() {
		if (browser != null) {
			browser.quit();
		}
	}

	@BeforeEach
	void openPage() {
		emulate("light");
		browser().manage().window().setSize(new Dimension(1200, 1600));
		browser().get("http://localhost:" + this.port + "/");
		await().atMost(LONG).until(() -> !all("#books li").isEmpty() && all("#servers li").size() == 3);
	}

	@AfterEach
	void nothingWentWrongInTheBrowser() {
		bringBack();
		List<LogEntry> problems = browser().manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.toList();
		assertThat(problems).isEmpty();
	}

	/** Again and again, as a button rests after it was pressed. */
	private void bringBack() {
		await().atMost(LONG).until(() -> {
			press("Bring back");
			press("Resume");
			return all("#servers li.down").isEmpty();
		});
	}

	/** At once, as the page draws the servers anew. */
	private void press(String button) {
		browser().executeScript("""
				for (const button of document.querySelectorAll('#servers button')) {
				  if (button.textContent === arguments[0]) { button.click(); }
				}""", button);
	}

	@Test
	void aBookIsSlowOnceAndFastThenAndADotOnTheRing() {
		one("#words").sendKeys("moby");
		await().atMost(LONG).until(() -> all("#books li").size() == 1);
		int dots = all("#ring .dot").size();
		click("#books button");
		await().atMost(LONG).until(() -> one("#title").getText().equals("Moby-Dick"));
		assertThat(one("#requests li").getDomAttribute("class")).isEqualTo("slow");
		await().atMost(LONG).until(() -> all("#ring .dot").size() == dots + 1);
		await().atMost(LONG).until(() -> {
			one("#again").click();
			return "".equals(one("#requests li").getDomAttribute("class"));
		});
		await().atMost(LONG)
			.until(() -> one("#caches").getText().lines().anyMatch((row) -> row.matches("books.byId [1-9]\\d* 1")));
	}

	@Test
	void aKeyHasItsServerAndItsDotIsInReach() {
		one("#key").clear();
		one("#key").sendKeys("books.byId:@L166");
		await().atMost(LONG)
			.until(() -> one("#place").getText()
				.matches(
						"(?s)Its hash is \\d+, .* It lives on embedded-[123]\\. If that were down: with failover it would be asked for on embedded-[123]; without, it is a miss\\."));
		one("#key").sendKeys(" x");
		await().atMost(LONG).until(() -> one("#place").getText().startsWith("A key is 1 to 250"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Take down", "Pause" })
	void aServerThatIsTakenDownTurnsRedAndStaysAndTheApplicationGoesOn(String action) throws IOException {
		String name = one("#servers li:first-child strong").getText();
		click("#servers li:first-child button[aria-label^='" + action + "']");
		for (int i = 0; i < 3; i++) {
			click("#books button");
			await().atMost(LONG).until(() -> !one("#title").getText().isEmpty());
		}
		await().atMost(LONG).until(() -> all("#servers li.down").size() == 1 && all("#ring .arc.down").size() == 100);
		await().atMost(LONG)
			.ignoreExceptions()
			.until(() -> color("#ring .needle", "stroke").equals(color("#servers li.down", "color")));
		assertThat(one("#owners").getText()).contains(name + ", down");
		String trouble = action.equals("Pause") ? "hangs since " : "down since ";
		await().atMost(LONG)
			.ignoreExceptions()
			.until(() -> one("#servers li.down").getText().contains(name)
					&& one("#servers li.down").getText().contains(trouble)
					&& !one("#servers li.down").getCssValue("color")
						.equals(one("#servers li:last-child").getCssValue("color")));
		if (action.equals("Take down")) {
			picture("server-down", "#charts");
		}
		bringBack();
	}

	private static String color(String selector, String property) {
		return String.valueOf(browser().executeScript(
				"return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, property));
	}

	@Test
	void aServerWhoseButtonIsPressedTwiceQuicklyIsTakenDownOnceAndStays() {
		undisturbed(() -> new Actions(browser()).doubleClick(one("#servers li:first-child button")).perform());
		await().atMost(LONG).until(() -> all("#servers li.down").size() == 1);
		await().during(Duration.ofSeconds(2))
			.atMost(LONG)
			.ignoreExceptions()
			.until(() -> one("#servers li:first-child button").getText().equals("Bring back"));
	}

	@Test
	void whereAllServersAreDownAKeyHasNowhereToGoAndEveryStorySaysWhoAskedTheDatabase() {
		press("Take down");
		await().atMost(LONG).until(() -> all("#servers li.down").size() == 3);
		await().atMost(LONG).until(() -> one("#place").getText().contains("there is no other server that is up"));
		tell("stampede", "false",
				"The database was asked 200 times .* lives on embedded-[123], which 200 callers could not reach.*");
		assertThat(one("#ways").getText()).isEqualTo("200 could not reach memcached, and asked the database");
		tell("eviction", "true",
				"The database was asked \\d+ times, and 200 callers waited for it.* could not reach.*");
	}

	@Test
	void everyoneWhoWaitedIsCountedAsOneWhoWaited() {
		tell("eviction", "false", ".*All who come meanwhile wait.*");
		assertThat(all("#calls rect.waited")).hasSizeGreaterThan(20);
		assertThat(one("#ways").getText()).contains(all("#calls rect.waited").size() + " waited for another caller");
	}

	@Test
	void aStoryThatIsToldTwiceAtOnceIsToldOnceAndOtherPagesFollowIt() {
		new Actions(browser()).doubleClick(one("[data-story=eviction][data-protected=true]")).perform();
		browser().navigate().refresh();
		await().atMost(LONG).until(() -> all("[data-story][aria-disabled]").size() == 7);
		await().atMost(LONG).until(() -> one("#outcome").getText().contains("the others get the old one"));
		await().atMost(LONG).until(() -> all("[data-story][aria-disabled]").isEmpty());
		assertThat(all("#calls rect")).hasSize(200);
	}

	@Test
	void theOtherProcessIsStartedAgainIfItWasKilled() {
		tell("stampede", "true", "The database was asked once.*");
		List<ProcessHandle> others = ProcessHandle.current()
			.children()
			.filter((child) -> child.info().command().orElse("").endsWith("java"))
			.toList();
		assertThat(others).isNotEmpty();
		others.forEach(ProcessHandle::destroyForcibly);
		others.forEach((other) -> other.onExit().join());
		tell("stampede", "true", "The database was asked once.*");
	}

	@Test
	void aLateAnswerToAnEarlierKeyIsNotShown() {
		browser().executeScript("""
				const fetched = window.fetch;
				window.fetch = async (path, options) => {
				  const late = String(path).endsWith('key=a');
				  if (late) { await new Promise((resolve) => setTimeout(resolve, 1000)); }
				  const answer = await fetched(path, options);
				  if (late) { setTimeout(() => { document.body.dataset.late = 'true'; }, 200); }
				  return answer;
				}""");
		one("#key").clear();
		one("#key").sendKeys("a");
		one("#key").sendKeys("b");
		await().atMost(LONG).until(() -> one("#place").getText().contains("hash is"));
		await().atMost(LONG).until(() -> attribute("body", "data-late").equals("true"));
		String place = one("#place").getText();
		one("#key").sendKeys(Keys.BACK_SPACE, "b");
		await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> one("#place").getText().equals(place));
	}

	@Test
	void theBooksAreOneStopForTheTabulatorAndTheArrowsGoFromOneToTheNext() {
		one("#words").sendKeys(Keys.TAB);
		active().sendKeys(Keys.ARROW_DOWN);
		assertThat(active()).isEqualTo(one("#books li:nth-child(2) button"));
		active().sendKeys(Keys.ENTER);
		await().atMost(LONG).until(() -> one("#again").isDisplayed());
		active().sendKeys(Keys.TAB);
		assertThat(active()).isEqualTo(one("#again"));
	}

	private static WebElement active() {
		return browser().switchTo().activeElement();
	}

	@Test
	void theLastMinuteIsThereAlsoAfterAReload() {
		await().atMost(LONG).until(() -> Integer.parseInt(attribute("body", "data-moments")) >= 5);
		browser().navigate().refresh();
		await().atMost(LONG).until(() -> !attribute("body", "data-moments").equals("0"));
		assertThat(Integer.parseInt(attribute("body", "data-moments"))).isGreaterThanOrEqualTo(5);
		assertThat(one("#charts .u-wrap").getDomAttribute("aria-label")).startsWith("Hit ratio, %: hits ");
	}

	@Test
	void anApplicationWithAPageOpenStopsAtOnceAndIsFoundAgainWhenItIsBack() {
		ConfigurableApplicationContext first = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0");
		String ownPort = first.getEnvironment().getRequiredProperty("local.server.port");
		try {
			browser().get("http://localhost:" + ownPort + "/");
			await().atMost(LONG).until(() -> !attribute("body", "data-moments").equals("0"));
		}
		finally {
			assertTimeout(Duration.ofSeconds(15), first::close);
		}
		await().atMost(LONG).until(() -> one("#problem").getText().startsWith("The connection"));
		try (ConfigurableApplicationContext second = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=" + ownPort)) {
			await().atMost(LONG).until(() -> second.isRunning() && one("#problem").getText().isEmpty());
		}
		openPage();
		browser().manage().logs().get(LogType.BROWSER);
	}

	@Test
	void whereNothingWasAskedThereIsNoTimeAndTheQuestionWhoIsUpIsNotInFlight() throws Exception {
		try (ConfigurableApplicationContext idle = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0")) {
			URI live = URI.create("http://localhost:" + idle.getEnvironment().getRequiredProperty("local.server.port")
					+ "/api/console/live");
			HttpResponse<Stream<String>> response = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(live).build(), BodyHandlers.ofLines());
			try (Stream<String> lines = response.body()) {
				assertThat(lines.filter((line) -> line.contains("\"servers\"")).skip(1).limit(5))
					.allMatch((moment) -> moment.contains("\"lookupP99\":null") && moment.contains("\"inFlight\":0"));
			}
		}
	}

	@Test
	void theStampedeIsOneLoadWithProtectionAndManyWithout() throws IOException {
		tell("stampede", "false", "The database was asked (?!once)\\d+ times for 200 callers in two processes\\..*");
		picture("stampede-unprotected", "#timeline");
		tell("stampede", "true", "The database was asked once for 200 callers in two processes\\..*");
		assertThat(all("#calls rect")).hasSize(200);
		assertThat(all("#calls rect.loaded")).hasSize(1);
	}

	@Test
	void theOtherStoriesAreToldAndAKilledLoaderIsReplaced() {
		tell("expiry", "false", ".*callers? waited for it.*");
		tell("expiry", "true", ".*loaded anew before it expires.*");
		tell("eviction", "false", ".*All who come meanwhile wait.*");
		tell("eviction", "true", ".*the others get the old one.*");
		assertThat(all("#calls rect.stale")).isNotEmpty();
		tell("kill", "true", "The database was asked once after the process that was loading had been killed.*");
		assertThat(all("#calls rect.loaded")).hasSize(1);
		assertThat(all("#calls rect.failed")).isEmpty();
	}

	private void tell(String story, String isProtected, String words) {
		click("[data-story=" + story + "][data-protected=" + isProtected + "]");
		await().atMost(LONG).until(() -> one("#outcome").getText().startsWith("The callers"));
		await().atMost(LONG).untilAsserted(() -> assertThat(one("#outcome").getText()).matches(words));
		await().atMost(LONG).until(() -> all("[data-story][aria-disabled]").isEmpty());
	}

	@Test
	void theChartsMove() {
		await().atMost(LONG).until(() -> Integer.parseInt(attribute("body", "data-moments")) >= 2);
		String before = attribute("body", "data-latest");
		await().atMost(LONG).until(() -> !attribute("body", "data-latest").equals(before));
		assertThat(all("#charts canvas")).hasSize(4);
	}

	private String attribute(String selector, String name) {
		String value = one(selector).getDomAttribute(name);
		return (value != null) ? value : "0";
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void nothingIsInTheWayOfWhoSeesOrHearsOrTypes(String scheme) throws IOException {
		emulate(scheme);
		click("#books button");
		await().atMost(LONG).until(() -> !one("#title").getText().isEmpty());
		live();
		tell("stampede", "true", "The database was asked once.*");
		Results found = new AxeBuilder().analyze(browser());
		assertThat(found.getViolations()
			.stream()
			.filter((rule) -> List.of("serious", "critical").contains(rule.getImpact()))
			.map((rule) -> rule.getId() + ": " + rule.getNodes())).isEmpty();
		picture("console-" + scheme, "#charts");
		WebElement button = one("[data-story=stampede][data-protected=true]");
		button.sendKeys(Keys.ENTER);
		await().atMost(LONG).until(() -> all("[data-story][aria-disabled]").isEmpty());
		String page = browser().executeScript("return getComputedStyle(document.body).backgroundColor").toString();
		assertThat(page).isEqualTo(scheme.equals("dark") ? "rgb(22, 24, 28)" : "rgb(246, 245, 242)");
	}

	@Test
	void onAPhoneNothingHasToBeScrolledSideways() throws IOException {
		browser().executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", 360, "height", 780, "deviceScaleFactor", 2, "mobile", true));
		try {
			browser().navigate().refresh();
			await().atMost(LONG).until(() -> !all("#books li").isEmpty() && all("#servers li").size() == 3);
			tell("stampede", "true", "The database was asked once.*");
			assertThat(browser().executeScript("return document.documentElement.scrollWidth").toString())
				.isEqualTo("360");
			picture("console-phone", "#timeline");
		}
		finally {
			browser().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		}
	}

	@Test
	void nothingIsLoadedFromElsewhere() {
		Object hosts = browser()
			.executeScript("return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)");
		assertThat((List<?>) hosts).isNotEmpty().allMatch(("localhost:" + this.port)::equals);
	}

	private void emulate(String scheme) {
		browser().executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	/** For pictures: books on the ring, and something in the charts. */
	private void live() {
		if (IMAGES != null) {
			browser().executeScript("""
					const open = (i) => document.querySelectorAll('#books button')[i].click();
					for (let i = 0; i < 480; i++) { setTimeout(() => open(i % 30 * 11), i * 120); }
					setTimeout(() => { document.body.dataset.opened = 'true'; }, 480 * 120);""");
			await().atMost(Duration.ofMinutes(2)).until(() -> attribute("body", "data-opened").equals("true"));
		}
	}

	/** Of the page from its top to the end of the card that this is in. */
	private void picture(String name, String last) throws IOException {
		if (IMAGES != null) {
			Object height = browser().executeScript(
					"scrollTo(0, 0); return document.querySelector(arguments[0]).closest('section').getBoundingClientRect().bottom + 16",
					last);
			Map<String, Object> clip = Map.of("x", 0, "y", 0, "width",
					browser().executeScript("return document.documentElement.clientWidth"), "height", height, "scale",
					1);
			Object picture = browser()
				.executeCdpCommand("Page.captureScreenshot",
						Map.of("format", "png", "captureBeyondViewport", true, "clip", clip))
				.get("data");
			Files.write(Files.createDirectories(Path.of(IMAGES)).resolve(name + ".png"),
					Base64.getDecoder().decode(String.valueOf(picture)));
		}
	}

	private static ChromeDriver browser() {
		assertThat(browser).isNotNull();
		return browser;
	}

	private static void click(String selector) {
		undisturbed(() -> one(selector).click());
	}

	/** Anew, where the page draws an element anew before it is reached. */
	private static void undisturbed(ThrowingRunnable action) {
		await().atMost(LONG).ignoreException(StaleElementReferenceException.class).untilAsserted(action);
	}

	private static WebElement one(String selector) {
		return browser().findElement(By.cssSelector(selector));
	}

	private static List<WebElement> all(String selector) {
		return browser().findElements(By.cssSelector(selector));
	}

}
