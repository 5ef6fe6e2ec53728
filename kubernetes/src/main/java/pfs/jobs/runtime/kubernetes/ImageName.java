package pfs.jobs.runtime.kubernetes;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image's name, cut into its parts. Kubelets tell what image a container runs by an {@code
 * imageID}: {@code REPOSITORY@sha256:HEX} where it came from a registry, with a scheme before it
 * under Docker; else only {@code sha256:HEX}, of the image's configuration.
 *
 * @param repository with the registry, always: {@code docker.io/library/busybox}
 * @param digest {@code sha256:HEX}
 */
record ImageName(String repository, Optional<String> digest) {
    private static final Pattern DIGEST = Pattern.compile("(?:^|@|/)(sha256:[0-9a-f]{64})$");
    private static final Pattern BARE = Pattern.compile("[0-9a-f]{64}");

    /** Of a name as specs and kubelets have it; nothing is asked of a registry. */
    static ImageName parse(String text) {
        String name = text.replaceFirst("^docker(-pullable)?://", "");
        if (BARE.matcher(name).matches()) {
            return new ImageName("", Optional.of("sha256:" + name));
        }
        Matcher found = DIGEST.matcher(name);
        Optional<String> digest = found.find() ? Optional.of(found.group(1)) : Optional.empty();
        String named = digest.isPresent() ? name.substring(0, found.start()) : name;
        return new ImageName(named.isEmpty() ? "" : withRegistry(withoutTag(named)), digest);
    }

    private static String withoutTag(String name) {
        int tag = name.indexOf(':', name.lastIndexOf('/') + 1);
        return tag < 0 ? name : name.substring(0, tag);
    }

    private static String withRegistry(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        if (first.contains(".") || first.contains(":") || first.equals("localhost")) {
            return name.startsWith("docker.io/") && name.indexOf('/', 10) < 0
                    ? "docker.io/library/" + name.substring(10)
                    : name;
        }
        return (slash < 0 ? "docker.io/library/" : "docker.io/") + name;
    }
}
