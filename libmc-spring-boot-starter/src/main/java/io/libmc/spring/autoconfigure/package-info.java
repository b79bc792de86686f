/**
 * From {@code libmc.*} properties to beans.
 */
@NullMarked
package io.libmc.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
