package io.libmc.internal.call;

import java.util.List;

import io.libmc.internal.connection.Node;
import io.libmc.internal.routing.Ring;

/**
 * Servers that no key belongs to, and that the keys of dead ones go to, spread over them
 * by a ring of their own. So a dead server's keys come upon none of the others, and find
 * nothing there that is older than {@code spareTimeToLive}.
 *
 * @param ring which of them a key goes to
 * @param nodes at least one, in the order of the ring
 */
public record Spares(Ring ring, List<Node> nodes) {

	Node of(byte[] key) {
		return this.nodes.get(this.ring.find(key));
	}

}
