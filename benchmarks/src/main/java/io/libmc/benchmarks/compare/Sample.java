package io.libmc.benchmarks.compare;

import java.util.Map;

import io.libmc.benchmarks.client.ClientKind;

/**
 * What one client reached in one step of one round.
 *
 * @param scenario its name
 * @param step what was done
 * @param client by whom
 * @param round from 1
 * @param metrics what was measured
 */
record Sample(String scenario, Step step, ClientKind client, int round, Map<Metric, Double> metrics) {
}
