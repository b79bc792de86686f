package io.libmc;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * {@link MetaCommands} without waiting; see {@link AsyncMemcachedClient}.
 *
 * @since 0.1.0
 */
public interface AsyncMetaCommands {

	/**
	 * As {@link MetaCommands#get}.
	 * @param key as there
	 * @param request as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MetaReply> get(String key, MetaGet request);

	/**
	 * As {@link MetaCommands#set}.
	 * @param key as there
	 * @param value as there
	 * @param request as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MetaReply> set(String key, RawValue value, MetaSet request);

	/**
	 * As {@link MetaCommands#delete}.
	 * @param key as there
	 * @param request as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MetaReply> delete(String key, MetaDelete request);

	/**
	 * As {@link MetaCommands#arithmetic}.
	 * @param key as there
	 * @param request as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MetaReply> arithmetic(String key, MetaArithmetic request);

	/**
	 * As {@link MetaCommands#noop}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<MetaReply> noop(String key);

	/**
	 * As {@link MetaCommands#debug}.
	 * @param key as there
	 * @return completed with what that returns, or with the exception it throws
	 */
	CompletableFuture<@Nullable Map<String, String>> debug(String key);

}
