package pfs.testing;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds the arrows between packages: who may know whom, and that nobody goes in circles. */
class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    // what one module's tests lend to another's
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("pfs");

    /** Whom each part may know, beside itself; a part is the second segment of a package's name. */
    private static final Map<String, Set<String>> MAY_KNOW =
            Map.ofEntries(
                    Map.entry("error", Set.of()),
                    Map.entry("disk", Set.of("error")),
                    Map.entry("object", Set.of("error", "disk")),
                    Map.entry("pack", Set.of("error", "disk")),
                    Map.entry("meta", Set.of("error", "disk")),
                    Map.entry("journal", Set.of("error", "disk", "object", "pack")),
                    Map.entry("chunk", Set.of("error", "disk", "object")),
                    Map.entry("tree", Set.of("error", "disk", "object", "chunk")),
                    Map.entry(
                            "repo",
                            Set.of(
                                    "error", "disk", "object", "chunk", "tree", "journal", "pack",
                                    "meta")),
                    Map.entry(
                            "sync",
                            Set.of(
                                    "error", "disk", "object", "chunk", "tree", "journal", "pack",
                                    "meta", "repo")),
                    Map.entry(
                            "embedded",
                            Set.of(
                                    "error", "disk", "object", "chunk", "tree", "journal", "pack",
                                    "meta", "repo")),
                    Map.entry(
                            "shared",
                            Set.of(
                                    "error",
                                    "disk",
                                    "object",
                                    "chunk",
                                    "tree",
                                    "journal",
                                    "pack",
                                    "meta",
                                    "repo",
                                    "embedded")),
                    Map.entry(
                            "jobs",
                            Set.of("error", "disk", "object", "chunk", "tree", "meta", "repo")),
                    Map.entry("api", Set.of()),
                    Map.entry(
                            "server",
                            Set.of(
                                    "error", "disk", "object", "chunk", "tree", "repo", "jobs",
                                    "sync", "api")),
                    Map.entry("client", Set.of("api")),
                    Map.entry("cli", Set.of("client", "api")),
                    Map.entry(
                            "testing",
                            Set.of(
                                    "error",
                                    "disk",
                                    "object",
                                    "chunk",
                                    "tree",
                                    "journal",
                                    "pack",
                                    "meta",
                                    "repo",
                                    "jobs",
                                    "server",
                                    "embedded",
                                    "sync",
                                    "client",
                                    "api")));

    /**
     * Single packages that know more: where the server starts it is known which stores there are,
     * masters are elected by a store of metadata, records go from store to store as they lie, and
     * the index of packs lives in the database of the metadata.
     */
    private static final Map<String, Set<String>> ALSO_KNOWS =
            Map.of(
                    "pfs.server", Set.of("disk", "pack", "meta", "embedded", "shared"),
                    "pfs.server.shared", Set.of("client", "meta", "shared"),
                    "pfs.server.start", Set.of("disk", "pack", "meta", "embedded"),
                    "pfs.server.sync", Set.of("client", "meta", "journal"),
                    "pfs.pack.rocksdb", Set.of("meta"));

    @Test
    void arrowsPointDownwards() {
        TreeSet<String> wrong = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String from = part(type);
                String to = part(dependency.getTargetClass());
                if (!to.isEmpty() && !from.equals(to) && !mayKnow(type, from, to)) {
                    wrong.add(type.getName() + " knows " + dependency.getTargetClass().getName());
                }
            }
        }
        assertThat(wrong).as("arrows that must not be").isEmpty();
    }

    private static boolean mayKnow(JavaClass type, String from, String to) {
        return MAY_KNOW.getOrDefault(from, Set.of()).contains(to)
                || ALSO_KNOWS.getOrDefault(type.getPackageName(), Set.of()).contains(to);
    }

    /** The second segment of the package's name; "" for what is not ours. */
    private static String part(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        if (!name.startsWith("pfs.")) {
            return "";
        }
        String rest = name.substring("pfs.".length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }

    @Test
    void everyPartIsKnownHere() {
        TreeSet<String> parts = new TreeSet<>();
        CLASSES.forEach(type -> parts.add(part(type)));
        parts.remove("benchmarks");
        assertThat(MAY_KNOW.keySet()).containsAll(parts);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("pfs.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingUsesWhatTheHouseDoesWithout() {
        TreeSet<String> wrong = new TreeSet<>();
        Set<String> banned = Set.of("sun.misc.Unsafe", "java.lang.ThreadLocal", "java.util.Vector");
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                if (banned.contains(dependency.getTargetClass().getName())) {
                    wrong.add(dependency.getDescription());
                }
            }
        }
        assertThat(wrong).as("Unsafe, ThreadLocal and the like").isEmpty();
    }
}
