package io.libmc.testing;

import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What {@link Memcached} stands for. The servers lie in the store of the context whose
 * element carries the annotation, and JUnit closes them with it. A store also finds what
 * lies in its parents', so the key is the context's own.
 */
final class MemcachedExtension implements BeforeEachCallback, ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(MemcachedExtension.class);

	@Override
	public void beforeEach(ExtensionContext context) {
		serversOf(context).forEach(MemcachedServer::refresh);
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return isServer(parameter.getParameter()) || isListOfServers(parameter.getParameter());
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		List<MemcachedServer> servers = serversOf(context);
		if (isListOfServers(parameter.getParameter())) {
			return servers;
		}
		int index = (int) Stream.of(parameter.getDeclaringExecutable().getParameters())
			.limit(parameter.getIndex())
			.filter(MemcachedExtension::isServer)
			.count();
		if (index >= servers.size()) {
			throw new ExtensionConfigurationException(
					"@Memcached(servers = " + servers.size() + ") has no server for " + parameter);
		}
		return servers.get(index);
	}

	private static List<MemcachedServer> serversOf(ExtensionContext context) {
		for (ExtensionContext at = context;; at = at.getParent().orElseThrow()) {
			Optional<Memcached> annotation = AnnotationSupport.findAnnotation(at.getElement(), Memcached.class);
			if (annotation.isPresent()) {
				return at.getStore(NAMESPACE)
					.computeIfAbsent(at.getUniqueId(), (key) -> Servers.start(annotation.get()), Servers.class)
					.servers();
			}
		}
	}

	private static boolean isServer(Parameter parameter) {
		return parameter.getType() == MemcachedServer.class;
	}

	private static boolean isListOfServers(Parameter parameter) {
		return parameter.getParameterizedType() instanceof ParameterizedType type && type.getRawType() == List.class
				&& List.of(type.getActualTypeArguments()).equals(List.<Type>of(MemcachedServer.class));
	}

	private record Servers(List<MemcachedServer> servers) implements AutoCloseable {

		static Servers start(Memcached annotation) {
			List<MemcachedServer> servers = new ArrayList<>();
			try {
				while (servers.size() < annotation.servers()) {
					servers.add(MemcachedServer.start(annotation.args()));
				}
				return new Servers(List.copyOf(servers));
			}
			catch (RuntimeException ex) {
				servers.forEach(MemcachedServer::close);
				throw ex;
			}
		}

		@Override
		public void close() {
			this.servers.forEach(MemcachedServer::close);
		}

	}

}
