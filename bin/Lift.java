import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * Gives the classes of jars that are of Java 5 or older the class file version of Java 8, with the
 * stack maps that it wants: the JVM keeps no older ones in its AOT cache, and verifies them slowly at
 * each start. And takes from picocli the search for Groovy. bin/build runs it: java bin/Lift.java JAR...
 */
class Lift {
    private static final int OLD = ClassFile.JAVA_5_VERSION;

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            lift(Path.of(jar));
        }
    }

    private static void lift(Path jar) throws IOException {
        Path lifted = jar.resolveSibling(jar.getFileName() + ".new");
        try (JarFile from = new JarFile(jar.toFile());
                JarOutputStream to = new JarOutputStream(Files.newOutputStream(lifted))) {
            ClassFile files =
                    ClassFile.of(
                            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                            ClassFile.ClassHierarchyResolverOption.of(types(from)));
            for (JarEntry entry : Collections.list(from.entries())) {
                byte[] bytes;
                try (InputStream in = from.getInputStream(entry)) {
                    bytes = in.readAllBytes();
                }
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                to.write(entry.getName().endsWith(".class") ? lift(files, bytes) : bytes);
                to.closeEntry();
            }
        }
        Files.move(lifted, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static ClassHierarchyResolver types(JarFile jar) {
        return ClassHierarchyResolver.ofResourceParsing(
                        type -> {
                            String name = type.descriptorString();
                            JarEntry entry =
                                    jar.getJarEntry(name.substring(1, name.length() - 1) + ".class");
                            try (InputStream in = entry == null ? null : jar.getInputStream(entry)) {
                                return in == null ? null : new ByteArrayInputStream(in.readAllBytes());
                            } catch (IOException e) {
                                return null;
                            }
                        })
                .orElse(ClassHierarchyResolver.defaultResolver());
    }

    private static byte[] lift(ClassFile files, byte[] bytes) {
        ClassModel old = files.parse(bytes);
        if (old.majorVersion() > OLD) {
            return bytes;
        }
        ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        ClassTransform version =
                ClassTransform.ACCEPT_ALL.andThen(
                        (builder, element) -> {
                            if (element instanceof ClassFileVersion) {
                                builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                            } else if (element instanceof MethodModel method && looksForGroovy(method)) {
                                builder.withMethodBody(
                                        method.methodName(),
                                        method.methodType(),
                                        method.flags().flagsMask(),
                                        code -> code.aconst_null().areturn());
                            } else {
                                builder.with(element);
                            }
                        });
        return files.transformClass(old, version.andThen(bodies));
    }

    /** Picocli's, which opens all jars of the class path at each start, and finds null. */
    private static boolean looksForGroovy(MethodModel method) {
        return method.methodName().equalsString("loadClosureClass");
    }
}
