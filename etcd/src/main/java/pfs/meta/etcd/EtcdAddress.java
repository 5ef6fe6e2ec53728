package pfs.meta.etcd;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Where an etcd is, and which part of it is ours: {@code etcd://HOST:PORT,HOST:PORT/PREFIX}. Every
 * key begins with the prefix ({@code pfs} if there is none) and a slash. {@code etcds://} speaks
 * TLS to members whose certificates the JDK trusts.
 */
public record EtcdAddress(List<URI> members, String prefix) {
    private static final String PLAIN = "etcd://";
    private static final String SECURE = "etcds://";

    /** The address; INVALID_REQUEST if the text is none. */
    public static EtcdAddress parse(String text) {
        boolean secure = text.startsWith(SECURE);
        if (!secure && !text.startsWith(PLAIN)) {
            throw invalid(text);
        }
        String rest = text.substring((secure ? SECURE : PLAIN).length());
        int slash = rest.indexOf('/');
        String hosts = slash < 0 ? rest : rest.substring(0, slash);
        String prefix = slash < 0 ? "" : rest.substring(slash + 1);
        List<URI> members = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            members.add(member(text, secure, host));
        }
        return new EtcdAddress(List.copyOf(members), prefix.isEmpty() ? "pfs" : prefix);
    }

    private static URI member(String text, boolean secure, String host) {
        try {
            URI uri = URI.create((secure ? "https://" : "http://") + host);
            if (uri.getHost() != null && uri.getPort() > 0 && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // refused below, with the whole address
        }
        throw invalid(text);
    }

    private static PfsException invalid(String text) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "'" + text + "' is not an address of etcd: etcd://HOST:PORT,HOST:PORT/PREFIX",
                text);
    }

    boolean secure() {
        return "https".equals(members.getFirst().getScheme());
    }
}
