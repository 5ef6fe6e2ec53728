package pfs.meta.rocksdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's shared library. Its own way is to unpack 17 MB from the jar into a fresh temporary file
 * at every start; where a directory is named by the system property {@code pfs.native.dir} or the
 * environment's {@code PFS_NATIVE_DIR}, it is unpacked there once and loaded from there.
 */
public final class NativeLibrary {
    private NativeLibrary() {}

    /** Loads the library unless it is loaded. */
    public static void load() {
        String directory = System.getProperty("pfs.native.dir", environment());
        if (!directory.isEmpty()) {
            Path home = Path.of(directory).toAbsolutePath();
            if (unpacked(home) && loaded(home)) {
                return;
            }
        }
        RocksDB.loadLibrary();
    }

    private static boolean loaded(Path home) {
        try {
            RocksDB.loadLibrary(List.of(home.toString()));
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    private static String environment() {
        @Nullable String directory = System.getenv("PFS_NATIVE_DIR");
        return directory == null ? "" : directory;
    }

    /** True if the library is in the directory now; a directory that cannot be used is no error. */
    private static boolean unpacked(Path home) {
        String name = Environment.getJniLibraryFileName("rocksdb");
        // loadLibrary(paths) of RocksDB 11.8 says "jni" twice
        Path library = home.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        if (Files.isRegularFile(library)) {
            return true;
        }
        try (@Nullable InputStream packed =
                RocksDB.class.getClassLoader().getResourceAsStream(name)) {
            if (packed == null) {
                return false;
            }
            Files.createDirectories(home);
            Path passing = Files.createTempFile(home, "rocksdb", ".tmp");
            Files.copy(packed, passing, StandardCopyOption.REPLACE_EXISTING);
            Files.move(passing, library, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
