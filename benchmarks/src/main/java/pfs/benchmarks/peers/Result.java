package pfs.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The medians of a row.
 *
 * @param medians by contender, pfs first; who could not run is not in it
 * @param spread of pfs's figures: the largest difference from the median, as a part of it
 * @param failures why somebody could not run
 */
record Result(Row row, LinkedHashMap<String, Double> medians, double spread, String failures) {

    static final String HEADER =
            "| what | pfs | peers | ratio | target | met | state |\n"
                    + "|---|---|---|---|---|---|---|\n";

    String line() {
        Double own = medians.get("pfs");
        StringJoiner peers = new StringJoiner(" · ");
        medians.forEach(
                (name, value) -> {
                    if (!name.equals("pfs")) {
                        peers.add(name + " " + figure(value));
                    }
                });
        StringJoiner ratios = new StringJoiner(" · ");
        StringJoiner targets = new StringJoiner(" · ");
        StringJoiner met = new StringJoiner(" · ");
        String sign = row.better() == Row.Better.HIGHER ? "≥ " : "≤ ";
        for (Row.Target target : row.targets()) {
            Double base = target.peer() == null ? Double.valueOf(1) : medians.get(target.peer());
            String unit = target.peer() == null ? " " + row.unit() : "× " + target.peer();
            targets.add(sign + figure(target.bound()) + unit);
            if (own == null || base == null) {
                met.add("not measured");
                continue;
            }
            double ratio = own / base;
            boolean reached =
                    row.better() == Row.Better.HIGHER
                            ? ratio >= target.bound()
                            : ratio <= target.bound();
            ratios.add(target.peer() == null ? "–" : figure(ratio) + "× " + target.peer());
            met.add(reached ? "yes" : "**no**");
        }
        return String.format(
                Locale.ROOT,
                "| %s, %s | %s ±%.0f %% | %s | %s | %s | %s | %s |%n",
                row.title(),
                row.unit(),
                own == null ? "–" : figure(own),
                100 * spread,
                peers,
                ratios,
                targets,
                met,
                row.state() + failures);
    }

    /** Three digits that count. */
    static String figure(double value) {
        if (value >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }

    /** For a sum at the end: how many targets there are and how many are met. */
    static String summary(Iterable<Result> results) {
        int met = 0;
        int all = 0;
        for (Result result : results) {
            String[] cells = result.line().split("\\|");
            for (String cell : cells[6].split("·")) {
                all += cell.isBlank() ? 0 : 1;
                met += cell.strip().equals("yes") ? 1 : 0;
            }
        }
        return met + " of " + all + " targets met";
    }
}
