import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Whether what {@code .ci/release} built may be published: complete POMs that ask for no
 * other of ours, jars that JDK 17 runs, with their sources, their documentation and the
 * list of what they need.
 */
final class CheckRelease {

	/** What Maven Central requires. */
	private static final List<String> REQUIRED = List.of("groupId", "artifactId", "version", "name", "description", "url",
			"licenses/license/name", "licenses/license/url", "developers/developer/name", "scm/connection",
			"scm/developerConnection", "scm/url");

	private static final List<String> UNWANTED = List.of("parent", "modules", "repositories", "distributionManagement",
			"profiles", "build");

	private static final Map<String, String> MODULES = Map.of("libmc-core", "io.libmc", "libmc-embedded",
			"io.libmc.embedded", "libmc-spring-boot-starter", "io.libmc.spring");

	private static final int CLASS_FILES_OF_JDK_17 = 61;

	private static final Pattern PUBLIC_TYPE = Pattern.compile("^public .*(class|interface|enum|record) ", Pattern.MULTILINE);

	private final List<String> faults = new ArrayList<>();

	private final Path repository;

	private final String version;

	private CheckRelease(Path repository, String version) {
		this.repository = repository;
		this.version = version;
	}

	public static void main(String[] args) throws Exception {
		CheckRelease check = new CheckRelease(Path.of(args[0]), args[1]);
		check.sums();
		check.pom("libmc-bom");
		for (String artifact : MODULES.keySet()) {
			check.pom(artifact);
			check.jar(artifact);
			check.sources(artifact);
			check.javadoc(artifact);
			check.sbom(artifact);
		}
		check.faults.forEach(System.err::println);
		System.exit(check.faults.isEmpty() ? 0 : 1);
	}

	private void sums() throws Exception {
		for (Path file : files()) {
			String name = file.toString();
			if (name.endsWith(".md5") || name.endsWith(".sha1")) {
				String algorithm = name.endsWith(".md5") ? "MD5" : "SHA-1";
				byte[] content = Files.readAllBytes(Path.of(name.substring(0, name.lastIndexOf('.'))));
				String sum = HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
				expect(Files.readString(file).strip().equals(sum), name, "is not the sum of its file");
			}
		}
	}

	private List<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(this.repository)) {
			return files.filter(Files::isRegularFile).toList();
		}
	}

	private void pom(String artifact) throws Exception {
		Path file = file(artifact, ".pom");
		Element project = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(file.toFile())
			.getDocumentElement();
		for (String path : REQUIRED) {
			expect(find(project, path.split("/")).stream().anyMatch((found) -> !found.getTextContent().isBlank()), file,
					"has no " + path);
		}
		for (String element : UNWANTED) {
			expect(find(project, element).isEmpty(), file, "has " + element);
		}
		String text = Files.readString(file).replace("${project.version}", this.version);
		expect(!text.contains("${"), file, "has a property that nobody resolves");
		expect(!text.contains("SNAPSHOT"), file, "asks for a snapshot");
		boolean isBom = artifact.equals("libmc-bom");
		List<Element> dependencies = isBom ? find(project, "dependencyManagement", "dependencies", "dependency")
				: find(project, "dependencies", "dependency");
		expect(!dependencies.isEmpty(), file, "has no dependencies");
		for (Element dependency : dependencies) {
			String name = text(dependency, "groupId") + ":" + text(dependency, "artifactId");
			expect(!text(dependency, "version").isEmpty(), file, "has no version of " + name);
			expect(!text(dependency, "scope").equals("test"), file, "has the test dependency " + name);
			expect(!text(dependency, "type").equals("test-jar"), file, "has the tests of " + name);
			expect(!text(dependency, "groupId").equals("io.libmc")
					|| text(dependency, "version").replace("${project.version}", this.version).equals(this.version), file,
					"asks for another version of " + name);
		}
		if (isBom) {
			expect(dependencies.stream().map((dependency) -> text(dependency, "artifactId")).sorted().toList()
				.equals(MODULES.keySet().stream().sorted().toList()), file, "does not list " + MODULES.keySet());
		}
		expect(!artifact.equals("libmc-core")
				|| dependencies.stream().allMatch((dependency) -> text(dependency, "optional").equals("true")), file,
				"needs something at run time");
	}

	private void jar(String artifact) throws IOException {
		Path file = file(artifact, ".jar");
		ModuleDescriptor module = ModuleFinder.of(file).findAll().iterator().next().descriptor();
		expect(module.name().equals(MODULES.get(artifact)), file, "is the module " + module.name());
		try (ZipFile jar = new ZipFile(file.toFile())) {
			expect(jar.getEntry("META-INF/LICENSE") != null, file, "has no license");
			expect(jar.getEntry("META-INF/native-image/io.libmc/" + artifact + "/reachability-metadata.json") != null
					|| jar.getEntry("META-INF/spring/aot.factories") != null, file, "tells a native image nothing");
			for (ZipEntry entry : entries(jar)) {
				String name = entry.getName();
				if (name.endsWith(".class")) {
					expect(name.startsWith("io/libmc/") || name.equals("module-info.class"), file, "has " + name);
					expect(!name.startsWith("io/libmc/testing/"), file, "has the tests' " + name);
					try (InputStream in = jar.getInputStream(entry)) {
						byte[] head = in.readNBytes(8);
						expect(head[7] == CLASS_FILES_OF_JDK_17, file, "has " + name + ", which JDK 17 cannot load");
					}
				}
			}
		}
	}

	private void sources(String artifact) throws IOException {
		Path file = file(artifact, "-sources.jar");
		try (ZipFile jar = new ZipFile(file(artifact, ".jar").toFile()); ZipFile sources = new ZipFile(file.toFile())) {
			for (ZipEntry entry : entries(jar)) {
				String name = entry.getName();
				if (name.endsWith(".class") && !name.contains("$")) {
					expect(sources.getEntry(name.replace(".class", ".java")) != null, file, "has no source of " + name);
				}
			}
			for (ZipEntry entry : entries(sources)) {
				String name = entry.getName();
				if (name.endsWith(".java") && !name.contains("/internal/")) {
					String source = text(sources, entry);
					Matcher type = PUBLIC_TYPE.matcher(source);
					expect(!type.find() || source.substring(0, type.start()).contains("\n * @since "), file,
							"does not say since when there is " + name);
				}
			}
		}
	}

	private void javadoc(String artifact) throws IOException {
		Path file = file(artifact, "-javadoc.jar");
		try (ZipFile javadoc = new ZipFile(file.toFile())) {
			expect(javadoc.getEntry("index.html") != null, file, "has no first page");
			List<String> pages = entries(javadoc).stream().map(ZipEntry::getName).toList();
			expect(pages.stream().noneMatch((page) -> page.contains("/internal/")), file, "shows what is internal");
			expect(pages.stream().anyMatch((page) -> page.endsWith("package-summary.html")), file, "has no packages");
			if (artifact.equals("libmc-core")) {
				expect(pages.contains("io.libmc/io/libmc/MemcachedClient.html"), file, "has no client");
			}
		}
	}

	private void sbom(String artifact) throws IOException {
		Path file = file(artifact, "-cyclonedx.json");
		String text = Files.readString(file);
		expect(text.contains("\"bomFormat\" : \"CycloneDX\""), file, "is none of CycloneDX");
		expect(text.contains("pkg:maven/io.libmc/" + artifact + "@" + this.version), file, "is of something else");
		expect(!text.contains("junit-jupiter-engine"), file, "lists what tests need");
	}

	private Path file(String artifact, String end) {
		return this.repository.resolve("io/libmc")
			.resolve(artifact)
			.resolve(this.version)
			.resolve(artifact + "-" + this.version + end);
	}

	private void expect(boolean condition, Object what, String fault) {
		if (!condition) {
			this.faults.add(what + " " + fault);
		}
	}

	private static List<? extends ZipEntry> entries(ZipFile file) {
		return file.stream().toList();
	}

	private static String text(ZipFile file, ZipEntry entry) throws IOException {
		try (InputStream in = file.getInputStream(entry)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static String text(Element parent, String name) {
		return find(parent, name).stream().map(Node::getTextContent).findFirst().orElse("").strip();
	}

	private static List<Element> find(Element parent, String... path) {
		List<Element> found = List.of(parent);
		for (String name : path) {
			found = found.stream().flatMap((element) -> children(element, name)).toList();
		}
		return found;
	}

	private static Stream<Element> children(Element parent, String name) {
		NodeList all = parent.getChildNodes();
		List<Element> children = new ArrayList<>();
		for (int i = 0; i < all.getLength(); i++) {
			if (all.item(i) instanceof Element element && element.getTagName().equals(name)) {
				children.add(element);
			}
		}
		return children.stream();
	}

}
