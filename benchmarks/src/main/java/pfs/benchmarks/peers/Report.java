package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** The table, printed and put between its markers in a document. */
final class Report {
    private static final String BEGIN = "<!-- bench:begin -->";
    private static final String END = "<!-- bench:end -->";

    private Report() {}

    static String of(List<Result> results, List<String> facts, Scale scale) {
        StringBuilder text = new StringBuilder();
        text.append("Written by `bin/bench` on ").append(LocalDate.now(ZoneOffset.UTC));
        text.append(": medians of ").append(scale.rounds());
        text.append(" interleaved rounds, ± the largest difference from pfs's median.\n\n");
        text.append(String.join(" · ", facts)).append("\n\n");
        text.append(Result.HEADER);
        results.forEach(result -> text.append(result.line()));
        text.append("\n").append(Result.summary(results)).append(".\n");
        return text.toString();
    }

    /** Replaces what is between the markers; a document without them gets them at its end. */
    static void write(Path document, String text) throws IOException {
        String old = Files.exists(document) ? Files.readString(document) : "# Benchmarks\n\n";
        int begin = old.indexOf(BEGIN);
        int end = old.indexOf(END);
        String before = begin < 0 ? old.stripTrailing() + "\n\n" : old.substring(0, begin);
        String after = end < 0 ? "\n" : old.substring(end + END.length());
        Files.createDirectories(document.toAbsolutePath().getParent());
        Files.writeString(document, before + BEGIN + "\n" + text + END + after);
    }
}
