/**
 * Servers for tests: real memcached processes, and scripted ones for what a healthy
 * memcached never does. The two who call, blocking and not. And what is logged. Needs
 * nothing but JUnit Jupiter; other modules use it through this module's test-jar.
 */
package io.libmc.testing;
