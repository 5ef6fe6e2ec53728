package pfs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The project's files as they are checked out, without what builds make. */
record SourceTree(Path root, List<Path> files) {
    private static final Set<String> MADE = Set.of("target", ".git", ".pfs", ".idea", ".vscode");

    /** Finds the root above the working directory. */
    static SourceTree find() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("pfs")) || !Files.exists(root.resolve("pom.xml"))) {
            root = root.getParent();
            if (root == null) {
                throw new IllegalStateException("the tests run outside of the project");
            }
        }
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new Collector(files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SourceTree(root, List.copyOf(files));
    }

    /** Java files below the given part of each module, such as src/main/java. */
    Stream<Path> java(String part) {
        return files.stream()
                .filter(f -> f.toString().endsWith(".java"))
                .filter(f -> f.toString().contains("/" + part + "/"));
    }

    String relative(Path file) {
        return root.relativize(file).toString();
    }

    private static final class Collector extends SimpleFileVisitor<Path> {
        private final List<Path> files;

        Collector(List<Path> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes of) {
            return MADE.contains(directory.getFileName().toString())
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes of) {
            if (of.isRegularFile()) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
