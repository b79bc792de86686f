package io.libmc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.libmc.MemcachedClient;
import io.libmc.MemcachedException;
import io.libmc.spring.observation.DefaultMemcachedObservationConvention;
import io.libmc.spring.observation.MemcachedObservationContext;
import io.libmc.spring.observation.MemcachedObservationConvention;
import io.libmc.spring.observation.ObservedOperations;
import io.libmc.testing.Memcached;
import io.libmc.testing.MemcachedServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Operations as observations, with Boot's own auto-configurations around.
 */
@Memcached
class LibmcObservationAutoConfigurationTest {

	private final ApplicationContextRunner client = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LibmcAutoConfiguration.class, LibmcObservationAutoConfiguration.class,
				LibmcMetricsAutoConfiguration.class))
		.withPropertyValues("libmc.warm-up=false", "libmc.poll-timeout=2s", "libmc.connect-timeout=1s");

	private final ApplicationContextRunner metrics = this.client
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	private final ApplicationContextRunner observed = this.metrics
		.withConfiguration(AutoConfigurations.of(ObservationAutoConfiguration.class));

	@Test
	void theObservationIsTheTimerAndThereIsNoSecondOne(MemcachedServer server) {
		this.observed.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			assertThat(context).hasSingleBean(ObservedOperations.class).doesNotHaveBean(OperationTimers.class);
			context.getBean(MemcachedClient.class).get("k");
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("libmc.operations")
				.tags("command", "get", "outcome", "miss", "server", server.address())
				.timer()
				.count()).isEqualTo(1);
			assertThat(registry.get("libmc.operations").timers()).hasSize(1);
		});
	}

	@Test
	void aSpanLiesBelowThatOfTheCaller(MemcachedServer server) {
		Recorder recorder = new Recorder();
		this.observed.withBean(Recorder.class, () -> recorder)
			.withPropertyValues("libmc.servers=" + server.address())
			.run((context) -> {
				Observation caller = Observation.createNotStarted("caller", context.getBean(ObservationRegistry.class));
				caller.observe(() -> context.getBean(MemcachedClient.class).get("k"));
				MemcachedObservationContext get = recorder.stopped.get(0);
				assertThat(get.getContextualName()).isEqualTo("memcached get");
				assertThat(Objects.requireNonNull(get.getParentObservation()).getContextView())
					.isSameAs(caller.getContextView());
				assertThat(get.getKind()).isEqualTo(Kind.CLIENT);
				assertThat(get.getRemoteServiceName()).isEqualTo("memcached");
				assertThat(get.getRemoteServiceAddress()).isEqualTo(server.address());
				assertThat(get.getError()).isNull();
			});
	}

	@Test
	void clustersAreToldApart(MemcachedServer server) {
		this.observed
			.withPropertyValues("libmc.servers=" + server.address(),
					"libmc.clusters.sessions.servers=" + server.address())
			.run((context) -> {
				context.getBean(MemcachedClient.class).get("k");
				context.getBean("sessionsMemcachedClient", MemcachedClient.class).get("k");
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				for (String cluster : List.of("default", "sessions")) {
					assertThat(registry.get("libmc.operations").tag("cluster", cluster).timer().count()).isEqualTo(1);
				}
			});
	}

	@Test
	void asynchronousOperationsAreObservedToo(MemcachedServer server) {
		this.observed.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			context.getBean(MemcachedClient.class).async().get("k").join();
			assertThat(timed(context, "miss")).isEqualTo(1);
		});
	}

	@Test
	void aFailureIsTheSpansErrorAndAnOutcome(MemcachedServer server) {
		Recorder recorder = new Recorder();
		this.observed.withBean(Recorder.class, () -> recorder)
			.withPropertyValues("libmc.servers=" + server.address())
			.run((context) -> {
				server.kill();
				assertThatExceptionOfType(MemcachedException.class)
					.isThrownBy(() -> context.getBean(MemcachedClient.class).get("k"));
				assertThat(timed(context, "error")).isEqualTo(1);
				assertThat(recorder.stopped.get(0).getError()).hasMessage("get on " + server.address() + ": failed");
			});
	}

	@Test
	void theConventionCanBeReplaced(MemcachedServer server) {
		this.observed.withBean(MemcachedObservationConvention.class, RenamingConvention::new)
			.withPropertyValues("libmc.servers=" + server.address())
			.run((context) -> {
				context.getBean(MemcachedClient.class).get("k");
				assertThat(context.getBean(MeterRegistry.class)
					.get("memcached.calls")
					.tag("outcome", "miss")
					.timer()
					.count()).isEqualTo(1);
			});
	}

	@Test
	void observationsCanBeSwitchedOffByName(MemcachedServer server) {
		this.observed
			.withPropertyValues("libmc.servers=" + server.address(), "management.observations.enable.libmc=false")
			.run((context) -> {
				context.getBean(MemcachedClient.class).get("k");
				assertThat(context.getBean(MeterRegistry.class).find("libmc.operations").meter()).isNull();
			});
	}

	@Test
	void withMetricsButWithoutObservationsThereIsStillATimer(MemcachedServer server) {
		this.metrics.withPropertyValues("libmc.servers=" + server.address()).run((context) -> {
			assertThat(context).hasSingleBean(OperationTimers.class).doesNotHaveBean(ObservedOperations.class);
			context.getBean(MemcachedClient.class).get("k");
			assertThat(timed(context, "miss")).isEqualTo(1);
		});
	}

	@Test
	void withObservationsThatNobodyTimesThereIsStillATimer(MemcachedServer server) {
		this.client.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withPropertyValues("libmc.servers=" + server.address())
			.run((context) -> {
				assertThat(context).hasSingleBean(OperationTimers.class).hasSingleBean(ObservedOperations.class);
				context.getBean(MemcachedClient.class).get("k");
				assertThat(timed(context, "miss")).isEqualTo(1);
			});
	}

	@Test
	void withoutMicrometerThereIsNothing() {
		this.client.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(MemcachedClient.class)
				.doesNotHaveBean(LibmcObservationAutoConfiguration.class));
	}

	@Test
	void withoutAnObservationRegistryThereIsNothing() {
		this.client.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ObservedOperations.class));
	}

	private static long timed(ApplicationContext context, String outcome) {
		return context.getBean(MeterRegistry.class)
			.get("libmc.operations")
			.tags("command", "get", "outcome", outcome)
			.timer()
			.count();
	}

	private static final class RenamingConvention extends DefaultMemcachedObservationConvention {

		@Override
		public String getName() {
			return "memcached.calls";
		}

	}

	private static final class Recorder implements ObservationHandler<MemcachedObservationContext> {

		private final List<MemcachedObservationContext> stopped = new ArrayList<>();

		@Override
		public void onStop(MemcachedObservationContext context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof MemcachedObservationContext;
		}

	}

}
