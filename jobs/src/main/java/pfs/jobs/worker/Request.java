package pfs.jobs.worker;

import java.nio.charset.StandardCharsets;

/**
 * One request to a worker. The head is ASCII, made by {@link Head}.
 *
 * @param label what it is about, for messages: {@code POST /map of logs/a.txt}
 */
public record Request(String label, Head head, Body body) {
    /** The request line and headers of a request, as bytes. Immutable. */
    public static final class Head {
        private final String target;
        private final byte[] bytes;

        private Head(String target, byte[] bytes) {
            this.target = target;
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** Collects headers. Values are checked to be printable ASCII without line ends. */
    public static final class HeadBuilder {
        private final StringBuilder text = new StringBuilder(256);
        private final String target;

        public HeadBuilder(String method, String target) {
            this.target = target;
            text.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: worker\r\n");
        }

        public HeadBuilder header(String name, String value) {
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c < 0x20 && c != '\t' || c >= 0x7f) {
                    throw new IllegalArgumentException("header " + name + " has " + (int) c);
                }
            }
            text.append(name).append(": ").append(value).append("\r\n");
            return this;
        }

        public Head build(long contentLength) {
            text.append("Content-Length: ").append(contentLength).append("\r\n\r\n");
            return new Head(target, text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** The path that it goes to. */
    public String target() {
        return head.target;
    }

    /** A request without body. */
    public static Request get(String target) {
        Head head =
                new Head(
                        target,
                        ("GET " + target + " HTTP/1.1\r\nHost: worker\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return new Request("GET " + target, head, Body.EMPTY);
    }
}
