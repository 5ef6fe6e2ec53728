import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * Writes jars again without what only debuggers and build tools read: names of local variables (the
 * numbers of lines stay, so that traces name them), indexes for other frameworks, how a jar was
 * built; and packs the rest as tightly as jars can be. A class that would not pass the verifier
 * afterwards stays as it is. deploy/image/rootfs runs it with all jars of a class path:
 * java deploy/image/Slim.java JAR...
 */
class Slim {
    private final ClassFile files;

    /** Stack maps are made anew, for which the classes that the jars name are looked up in types. */
    private Slim(ClassLoader types) {
        files =
                ClassFile.of(
                        ClassFile.DebugElementsOption.DROP_DEBUG,
                        ClassFile.ConstantPoolSharingOption.NEW_POOL,
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(types)));
    }

    public static void main(String[] jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String jar : jars) {
            urls.add(Path.of(jar).toUri().toURL());
        }
        try (URLClassLoader types = new URLClassLoader(urls.toArray(URL[]::new))) {
            Slim slim = new Slim(types);
            Arrays.stream(jars).parallel().map(Path::of).forEach(slim::slim);
        }
    }

    private void slim(Path jar) {
        Path written = jar.resolveSibling(jar.getFileName() + ".new");
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(Files.newOutputStream(written))) {
            to.setLevel(Deflater.BEST_COMPRESSION);
            for (JarEntry entry : Collections.list(from.entries())) {
                if (!unread(entry)) {
                    byte[] bytes;
                    try (InputStream in = from.getInputStream(entry)) {
                        bytes = in.readAllBytes();
                    }
                    ZipEntry copy = new ZipEntry(entry.getName());
                    copy.setTime(entry.getTime());
                    to.putNextEntry(copy);
                    to.write(entry.getName().endsWith(".class") ? withoutLocals(bytes) : bytes);
                    to.closeEntry();
                }
            }
            to.finish();
            Files.move(written, jar, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(jar.toString(), e);
        }
    }

    private static boolean unread(JarEntry entry) {
        String name = entry.getName();
        return name.equals("META-INF/jandex.idx")
                || name.equals("META-INF/INDEX.LIST")
                || name.startsWith("META-INF/maven/")
                || name.startsWith("META-INF/native-image/")
                || name.endsWith(".proto")
                || name.endsWith("module-info.class");
    }

    private byte[] withoutLocals(byte[] bytes) {
        try {
            byte[] slim = files.transformClass(files.parse(bytes), ClassTransform.ACCEPT_ALL);
            boolean better = slim.length < bytes.length && files.verify(slim).isEmpty();
            return better ? slim : bytes;
        } catch (IllegalArgumentException e) {
            return bytes; // it names a class of a library that is not there
        }
    }
}
