package io.libmc.benchmarks.compare;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

import io.libmc.benchmarks.client.ClientKind;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * Throughput and p99 of all clients against the number of threads, as PNG.
 */
final class Charts {

	private final Results results;

	private final Scenario scenario;

	Charts(Results results, Scenario scenario) {
		this.results = results;
		this.scenario = scenario;
	}

	void write(Path directory) throws IOException {
		for (boolean virtual : new boolean[] { false, true }) {
			List<Step> steps = this.scenario.steps().stream().filter((step) -> step.virtual() == virtual).toList();
			if (steps.stream().map(Step::threads).distinct().count() > 1) {
				for (Metric metric : List.of(Metric.THROUGHPUT, Metric.P99)) {
					draw(directory, steps, virtual, metric);
				}
			}
		}
	}

	private void draw(Path directory, List<Step> steps, boolean virtual, Metric metric) throws IOException {
		String threads = virtual ? "virtual threads" : "threads";
		XYChart chart = new XYChartBuilder().width(720)
			.height(420)
			.title(this.scenario.title() + ": " + metric.label())
			.xAxisTitle(threads)
			.yAxisTitle(metric.label())
			.build();
		chart.getStyler()
			.setXAxisLogarithmic(true)
			.setYAxisLogarithmic(metric == Metric.P99)
			.setLegendPosition(Styler.LegendPosition.OutsideE)
			.setChartBackgroundColor(Color.WHITE)
			.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
		if (metric == Metric.THROUGHPUT) {
			chart.getStyler().setYAxisMin(0.0);
		}
		boolean any = false;
		for (ClientKind client : this.scenario.clients()) {
			List<Integer> x = new ArrayList<>();
			List<Double> y = new ArrayList<>();
			for (Step step : steps) {
				OptionalDouble value = this.results.median(this.scenario.name(), step, client, metric);
				if (value.isPresent()) {
					x.add(step.threads());
					y.add(value.getAsDouble());
				}
			}
			if (x.size() > 1) {
				any = true;
				chart.addSeries(client.label(), x, y);
			}
		}
		if (any) {
			String name = this.scenario.name() + (virtual ? "-virtual-" : "-")
					+ ((metric == Metric.P99) ? "p99" : "throughput");
			ChartEncoder.saveChart(chart, directory.resolve(name).toString(), "png");
		}
	}

}
