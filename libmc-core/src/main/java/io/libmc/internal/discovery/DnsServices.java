package io.libmc.internal.discovery;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

import io.libmc.ServerList;
import org.jspecify.annotations.Nullable;

/**
 * The targets of a name's SRV records are the servers, and called so. They are asked for
 * through JNDI, which a Java runtime can do without.
 */
final class DnsServices implements ServerList {

	private static final Pattern NAME = Pattern.compile("[\\w-]+(\\.[\\w-]+)*\\.?");

	private static final Pattern RECORD = Pattern.compile("\\d+ \\d+ (?<port>\\d{1,5}) (?<target>\\S+?)\\.?");

	/** The target of a record that says that there is no such service. */
	private static final String ROOT = ".";

	private final String source;

	private final String name;

	private final String provider;

	/**
	 * Makes a list.
	 * @param provider a URL of JNDI's provider for DNS
	 */
	DnsServices(String source, String name, String provider) {
		this.source = source;
		this.name = name;
		this.provider = provider;
	}

	/** Refuses what is no name, and any name where there is no JNDI. */
	static void check(String source, String name) {
		if (!NAME.matcher(name).matches()) {
			throw Sources.refused(source, "\"" + name + "\" is no name of a service");
		}
		if (ModuleLayer.boot().findModule("java.naming").isEmpty()) {
			throw Sources.refused(source, "this Java runtime lacks the module java.naming");
		}
	}

	// a table is what JNDI takes, and records of DNS are text
	@SuppressWarnings({ "JdkObsolete", "BanJNDI" })
	@Override
	public Answer ask() throws IOException {
		Hashtable<String, String> environment = new Hashtable<>();
		environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
		environment.put(Context.PROVIDER_URL, this.provider);
		environment.put("com.sun.jndi.dns.timeout.initial", "500");
		environment.put("com.sun.jndi.dns.timeout.retries", "3");
		try {
			DirContext context = new InitialDirContext(environment);
			try {
				return answer(context.getAttributes(this.name, new String[] { "SRV" }).get("SRV"));
			}
			finally {
				context.close();
			}
		}
		catch (NamingException ex) {
			throw new IOException(ex.toString(), ex);
		}
	}

	private static Answer answer(@Nullable Attribute records) throws NamingException, IOException {
		List<String> servers = new ArrayList<>();
		for (int i = 0; records != null && i < records.size(); i++) {
			Matcher record = RECORD.matcher(String.valueOf(records.get(i)));
			if (!record.matches()) {
				throw new IOException("a record makes no sense: \"" + records.get(i) + "\"");
			}
			if (!record.group("target").equals(ROOT)) {
				servers.add(record.group("target") + ":" + record.group("port"));
			}
		}
		return new Answer(0, servers);
	}

	@Override
	public String toString() {
		return this.source;
	}

}
