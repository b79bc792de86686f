/**
 * What an application's tests need.
 */
@NullMarked
package io.libmc.spring.test;

import org.jspecify.annotations.NullMarked;
