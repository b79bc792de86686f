package io.libmc;

import java.util.concurrent.CompletableFuture;

/**
 * {@link MetaCommands} without waiting; see {@link AsyncMemcachedClient}.
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

}
