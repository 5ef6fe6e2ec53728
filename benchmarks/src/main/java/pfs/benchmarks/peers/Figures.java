package pfs.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a scenario's rounds gave, by row and contender. Not thread-safe. */
final class Figures {
    private final Scenario scenario;
    private final Map<String, LinkedHashMap<String, List<Double>>> values = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    private Figures(Scenario scenario) {
        this.scenario = scenario;
    }

    /** Runs all rounds, A B A B; a contender that fails once is left out from then on. */
    static List<Result> measure(Scenario scenario, int rounds, Commands commands) {
        Figures figures = new Figures(scenario);
        for (int round = 1; round <= rounds; round++) {
            for (Scenario.Contender contender : scenario.contenders()) {
                if (!figures.failures.containsKey(contender.name())) {
                    commands.run("sync");
                    figures.run(contender, round);
                }
            }
        }
        return scenario.rows().stream().map(figures::result).toList();
    }

    private void run(Scenario.Contender contender, int round) {
        try {
            Map<String, Double> got = contender.trial().run(round);
            System.err.printf("  %s %s %d: %s%n", scenario.id(), contender.name(), round, got);
            got.forEach(
                    (row, value) ->
                            values.computeIfAbsent(row, _ -> new LinkedHashMap<>())
                                    .computeIfAbsent(contender.name(), _ -> new ArrayList<>())
                                    .add(value));
        } catch (Exception e) {
            System.err.printf("  %s %s %d FAILED: %s%n", scenario.id(), contender.name(), round, e);
            failures.put(
                    contender.name(),
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            values.values().forEach(row -> row.remove(contender.name()));
        }
    }

    private Result result(Row row) {
        LinkedHashMap<String, Double> medians = new LinkedHashMap<>();
        double spread = 0;
        for (var entry : values.getOrDefault(row.id(), new LinkedHashMap<>()).entrySet()) {
            double[] all = entry.getValue().stream().mapToDouble(Double::doubleValue).toArray();
            double median = Data.median(all);
            medians.put(entry.getKey(), median);
            if (entry.getKey().equals("pfs")) {
                for (double value : all) {
                    spread = Math.max(spread, Math.abs(value / median - 1));
                }
            }
        }
        StringBuilder why = new StringBuilder();
        failures.forEach(
                (name, message) ->
                        why.append("; ").append(name).append(" failed: ").append(message));
        return new Result(row, medians, spread, why.toString());
    }
}
