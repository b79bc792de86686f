package io.libmc.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The sample's own settings.
 *
 * @param slowQuery how long every query is delayed, for want of a database with millions
 * of rows
 */
@ConfigurationProperties("sample")
public record SampleProperties(@DefaultValue("300ms") Duration slowQuery) {

}
