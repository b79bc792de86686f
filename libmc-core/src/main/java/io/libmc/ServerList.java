package io.libmc;

import java.util.List;

/**
 * Says which servers there are, where these come and go: what a client
 * {@linkplain MemcachedClientBuilder#discovery(ServerList) asks} now and then. Its
 * {@link Object#toString()} is what the log and the metrics call it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ServerList {

	/**
	 * The servers of now. Asked by one thread at a time, which may block.
	 * @return the servers; an answer without any changes nothing
	 * @throws Exception if they cannot be learnt, which changes nothing either
	 */
	Answer ask() throws Exception;

	/**
	 * What servers there are.
	 *
	 * @param version grows with each change, so that a list never replaces a newer one,
	 * unless none of its servers answers any more; 0 if the lists have none, which are
	 * then taken once two answers in a row agree
	 * @param servers each as {@link MemcachedClientBuilder#servers(String...)} takes it
	 */
	record Answer(long version, List<String> servers) {

		/**
		 * Copies the list.
		 */
		public Answer {
			servers = List.copyOf(servers);
		}

	}

}
