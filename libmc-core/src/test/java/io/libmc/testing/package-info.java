/**
 * Servers for tests: real memcached processes, and scripted ones for what a healthy
 * memcached never does. And the two who call, blocking and not. Needs nothing but JUnit
 * Jupiter; other modules use it through this module's test-jar.
 */
package io.libmc.testing;
