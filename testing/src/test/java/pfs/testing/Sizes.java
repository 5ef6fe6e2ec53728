package pfs.testing;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Lines of what is too long, by name; read by the JDK's own parser. */
final class Sizes {
    static final int METHOD = 40;
    static final int CLASS = 400;

    private Sizes() {}

    /** {@code method pfs.a.B.c} or {@code class pfs.a.B} to its lines, where over the limit. */
    static Map<String, Integer> tooLong(Collection<Path> files) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(unit, positions, found).scan(unit, unit.getPackageName().toString());
            }
        }
        return found;
    }

    private static final class Scanner extends TreePathScanner<Void, String> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final Map<String, Integer> found;

        Scanner(CompilationUnitTree unit, SourcePositions positions, Map<String, Integer> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree tree, String outer) {
            if (tree.getSimpleName().isEmpty()) {
                return super.visitClass(tree, outer);
            }
            String name = outer + "." + tree.getSimpleName();
            note("class " + name, tree, CLASS);
            return super.visitClass(tree, name);
        }

        @Override
        public Void visitMethod(MethodTree tree, String type) {
            note("method " + type + "." + tree.getName(), tree, METHOD);
            return super.visitMethod(tree, type);
        }

        private void note(String what, Tree tree, int limit) {
            LineMap lines = unit.getLineMap();
            long first = lines.getLineNumber(positions.getStartPosition(unit, tree));
            long last = lines.getLineNumber(positions.getEndPosition(unit, tree));
            int length = (int) (last - first + 1);
            if (length > limit) {
                found.merge(what, length, Math::max);
            }
        }
    }
}
