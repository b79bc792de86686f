package io.libmc.benchmarks.client;

import java.net.InetSocketAddress;
import java.util.Map;

import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.spring.cache.CacheConfig;
import org.redisson.spring.cache.RedissonSpringCacheManager;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import org.springframework.boot.cache.autoconfigure.RedisCacheManagerBuilderCustomizer;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheWriter;
import org.springframework.data.redis.cache.RedisCacheWriter.RedisCacheWriterConfigurer;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.serializer.GenericJacksonJsonRedisSerializer;
import org.springframework.data.redis.serializer.RedisSerializationContext.SerializationPair;
import org.springframework.data.redis.serializer.RedisSerializer;

/**
 * Caches over Redis that wait for what they store, as ours does: they can be compared at
 * it.
 */
final class RedisCaches {

	private RedisCaches() {
	}

	static SpringCacheClient jdk(ClientSettings settings) {
		return springData(settings, RedisSerializer.java(RedisCaches.class.getClassLoader()));
	}

	/** With types in it, of the packages that the values are from. */
	static SpringCacheClient json(ClientSettings settings) {
		BasicPolymorphicTypeValidator types = BasicPolymorphicTypeValidator.builder()
			.allowIfSubType(RedisCaches.class.getPackageName() + ".")
			.allowIfSubType("java.util.")
			.allowIfSubType("java.math.")
			.allowIfSubType("java.time.")
			.build();
		return springData(settings,
				GenericJacksonJsonRedisSerializer.builder()
					.enableSpringCacheNullValueSupport()
					.enableDefaultTyping(types)
					.build());
	}

	private static SpringCacheClient springData(ClientSettings settings, RedisSerializer<?> serializer) {
		return SpringCacheClient.redis(settings, (context) -> {
			context.registerBean(RedisCacheConfiguration.class,
					() -> RedisCacheConfiguration.defaultCacheConfig()
						.entryTtl(SpringCacheClient.TIME_TO_LIVE)
						.serializeValuesWith(SerializationPair.fromSerializer(serializer)));
			context.registerBean(RedisCacheManagerBuilderCustomizer.class,
					() -> (builder) -> builder
						.cacheWriter(RedisCacheWriter.create(context.getBean(RedisConnectionFactory.class),
								RedisCacheWriterConfigurer::immediateWrites)));
		});
	}

	static SpringCacheClient redisson(ClientSettings settings) {
		return SpringCacheClient.redis(settings, (context) -> {
			context.registerBean(RedissonClient.class, () -> connect(settings.addresses().get(0)),
					(bean) -> bean.setDestroyMethodName("shutdown"));
			context.registerBean(RedissonSpringCacheManager.class, () -> new RedissonSpringCacheManager(
					context.getBean(RedissonClient.class),
					Map.of(SpringCacheClient.CACHE, new CacheConfig(SpringCacheClient.TIME_TO_LIVE.toMillis(), 0))));
		});
	}

	private static RedissonClient connect(InetSocketAddress address) {
		Config config = new Config();
		config.useSingleServer()
			.setAddress("redis://" + address.getHostString() + ":" + address.getPort())
			.setTimeout(ClientSettings.TIMEOUT_MILLIS);
		return Redisson.create(config);
	}

}
