package pfs.testing.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One hostile request.
 *
 * @param request the bytes, as ISO 8859-1
 * @param allowed the statuses that it may be answered with
 * @param mayClose whether the connection may be closed without an answer
 */
record HostileCase(String name, String request, Set<Integer> allowed, boolean mayClose) {

    /** True if the first answer is an allowed one and there is no second to the same bytes. */
    boolean fits(String answer) {
        if (answer.isEmpty()) {
            return mayClose;
        }
        if (!answer.startsWith("HTTP/1.1 ") || answer.length() < 12) {
            return false;
        }
        int status = Integer.parseInt(answer.substring(9, 12));
        boolean single = answer.indexOf("HTTP/1.1 ", 9) < 0;
        return allowed.contains(status) && single && !answer.contains("stays open");
    }

    static List<HostileCase> all() {
        List<HostileCase> cases = new ArrayList<>();
        framing(cases);
        bodiesCutShort(cases);
        heads(cases);
        names(cases);
        answers(cases);
        return List.copyOf(cases);
    }

    private static void bad(List<HostileCase> cases, String name, String request) {
        cases.add(new HostileCase(name, request, Set.of(400, 411, 413, 414, 431, 501, 505), true));
    }

    private static void expect(List<HostileCase> cases, String name, String request, int status) {
        cases.add(new HostileCase(name, request, Set.of(status), false));
    }

    private static String put(String headers, String body) {
        return "PUT /pfs/evil HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
    }

    /** Where two readers could disagree about a message's end: RFC 9112, sections 6 and 11.2. */
    private static void framing(List<HostileCase> cases) {
        String smuggled = "GET /pfs/there HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String chunked = "Transfer-Encoding: chunked\r\n";
        bad(cases, "length and chunks", put("Content-Length: 4\r\n" + chunked, "0\r\n\r\n"));
        bad(
                cases,
                "length and chunks, smuggling",
                put("Content-Length: 5\r\n" + chunked, "0\r\n\r\n" + smuggled));
        bad(cases, "two lengths", put("Content-Length: 4\r\nContent-Length: 5\r\n", "abcde"));
        bad(cases, "a list of lengths", put("Content-Length: 4, 5\r\n", "abcde"));
        bad(cases, "a negative length", put("Content-Length: -1\r\n", ""));
        bad(cases, "a length with a sign", put("Content-Length: +4\r\n", "abcd"));
        bad(cases, "a length in hex", put("Content-Length: 0x4\r\n", "abcd"));
        bad(cases, "no number", put("Content-Length: four\r\n", "abcd"));
        bad(cases, "a length past 2^63", put("Content-Length: 9223372036854775808\r\n", "a"));
        bad(cases, "an empty length", put("Content-Length:\r\n", ""));
        bad(cases, "a space before the colon", put("Content-Length : 4\r\n", "abcd"));
        bad(cases, "an unknown coding", put("Transfer-Encoding: gzip\r\n", "abcd"));
        bad(cases, "chunked not last", put("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"));
        bad(cases, "chunked twice", put("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"));
        bad(cases, "chunked by another name", put("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"));
        bad(cases, "no chunk size", put(chunked, "\r\nabc\r\n0\r\n\r\n"));
        bad(cases, "a chunk size of letters", put(chunked, "xyz\r\nabc\r\n0\r\n\r\n"));
        bad(cases, "a negative chunk", put(chunked, "-3\r\nabc\r\n0\r\n\r\n"));
        bad(cases, "a chunk past 2^31", put(chunked, "ffffffff1\r\nabc\r\n0\r\n\r\n"));
        bad(cases, "a chunk past 2^64", put(chunked, "11111111111111111\r\nabc\r\n0\r\n\r\n"));
        bad(cases, "a chunk longer than said", put(chunked, "3\r\nabcdef\r\n0\r\n\r\n"));
        bad(cases, "a chunk with 0x", put(chunked, "0x3\r\nabc\r\n0\r\n\r\n"));
    }

    private static void bodiesCutShort(List<HostileCase> cases) {
        bad(cases, "a body shorter than its length", put("Content-Length: 100\r\n", "abc"));
        bad(cases, "no body at all", put("Content-Length: 100\r\n", ""));
        bad(cases, "chunks without an end", put("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"));
        bad(cases, "half a chunk", put("Transfer-Encoding: chunked\r\n", "ff\r\nabc"));
        bad(
                cases,
                "half a tar",
                "PUT /pfs/evil/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-tar\r\n"
                        + "Content-Length: 100000\r\n\r\nabc");
        bad(
                cases,
                "no tar",
                "PUT /pfs/evil/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-tar\r\n"
                        + "Content-Length: 1024\r\n\r\n"
                        + "x".repeat(1024));
    }

    private static void heads(List<HostileCase> cases) {
        String host = "Host: localhost\r\n";
        bad(cases, "half a head", "GET /pfs/there HTTP/1.1\r\nHost: loc");
        bad(cases, "no host", "GET /pfs/there HTTP/1.1\r\n\r\n");
        bad(cases, "two hosts", "GET /pfs/there HTTP/1.1\r\n" + host + host + "\r\n");
        bad(cases, "no version", "GET /pfs/there\r\n\r\n");
        bad(cases, "version 3", "GET /pfs/there HTTP/3.0\r\n" + host + "\r\n");
        bad(cases, "no HTTP", "hello\r\n\r\n");
        bad(cases, "bytes", "\0\u0001\u0002\u00ff\u00fe\r\n\r\n");
        bad(cases, "a header without a colon", "GET / HTTP/1.1\r\n" + host + "nonsense\r\n\r\n");
        bad(cases, "a header with no name", "GET / HTTP/1.1\r\n" + host + ": x\r\n\r\n");
        bad(cases, "a folded header", "GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n");
        bad(cases, "a zero in a header", "GET / HTTP/1.1\r\n" + host + "A: b\0c\r\n\r\n");
        bad(
                cases,
                "a head of a megabyte",
                "GET / HTTP/1.1\r\n" + host + "A: " + "x".repeat(1 << 20) + "\r\n\r\n");
        bad(
                cases,
                "ten thousand headers",
                "GET / HTTP/1.1\r\n" + host + "A: b\r\n".repeat(10_000) + "\r\n");
        bad(cases, "a line of a megabyte", "GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\n\r\n");
        foreign(cases, host);
    }

    private static void foreign(List<HostileCase> cases, String host) {
        cases.add(
                new HostileCase(
                        "a web page elsewhere",
                        "GET /pfs/there HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        Set.of(403),
                        false));
        cases.add(
                new HostileCase(
                        "a foreign origin",
                        "POST /pfs/evil HTTP/1.1\r\n"
                                + host
                                + "Origin: http://evil.example\r\nContent-Length: 1\r\n\r\nx",
                        Set.of(403),
                        false));
        cases.add(
                new HostileCase(
                        "a foreign site",
                        "POST /pfs/evil HTTP/1.1\r\n"
                                + host
                                + "Sec-Fetch-Site: cross-site\r\nContent-Length: 1\r\n\r\nx",
                        Set.of(403),
                        false));
    }

    private static void name(List<HostileCase> cases, String name, String path) {
        cases.add(
                new HostileCase(
                        "name: " + name,
                        "PUT /pfs/"
                                + path
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx",
                        Set.of(400, 414),
                        false));
    }

    private static void names(List<HostileCase> cases) {
        name(cases, "dot", "a/./b");
        name(cases, "dots", "a/../b");
        name(cases, "dots at the start", "../../etc/passwd");
        name(cases, "encoded dots", "a/%2e%2e/b");
        name(cases, "half encoded dots", "a/.%2E/b");
        name(cases, "encoded slash and dots", "a%2f..%2fb");
        name(cases, "an empty segment", "a//b");
        name(cases, "a zero", "a%00b");
        name(cases, "a newline", "a%0Ab");
        name(cases, "a return", "a%0Db");
        name(cases, "delete", "a%7Fb");
        name(cases, "a C1 control", "a%C2%85b");
        name(cases, "no UTF-8", "a%FFb");
        name(cases, "a surrogate", "a%ED%A0%80b");
        name(cases, "an overlong slash", "a%C0%AFb");
        name(cases, "half an escape", "a%2");
        name(cases, "no hex", "a%zzb");
        name(cases, "a segment of 256 bytes", "a".repeat(256));
        name(cases, "a segment of 256 bytes in 128 letters", "%C3%A4".repeat(128));
        name(cases, "a path of 4,097 bytes", "abcd/".repeat(819) + "ab");
    }

    private static void answers(List<HostileCase> cases) {
        String host = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        expect(cases, "no such file", "GET /pfs/none" + host, 404);
        expect(cases, "no such commit", "GET /pfs/there?commit=nope" + host, 404);
        expect(cases, "no such repo", "GET /repos/none/pfs/there" + host, 404);
        expect(cases, "no such route", "GET /nonsense" + host, 404);
        expect(cases, "no such branch", "GET /pfs/there?branch=none" + host, 404);
        expect(cases, "a range past the end", range("bytes=100-200"), 416);
        expect(cases, "a limit that is too large", "GET /pfs/?limit=100001" + host, 400);
        expect(cases, "a limit that is no number", "GET /pfs/?limit=many" + host, 400);
        cases.add(
                new HostileCase(
                        "a branch with dots",
                        "POST /branches/a..b" + host,
                        Set.of(400, 422),
                        false));
        expect(cases, "a repo in capitals", "PUT /repos/LOUD" + host, 400);
        expect(cases, "create what is there", post("/pfs/there", ""), 409);
        expect(cases, "a file below a file", post("/pfs/there/below", ""), 409);
        expect(
                cases,
                "a wrong digest",
                post("/pfs/evil", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n"),
                400);
        expect(cases, "a condition that fails", post("/pfs/evil", "If-Match: \"aa\"\r\n"), 412);
        expect(cases, "delete what is not there", "DELETE /pfs/none" + host, 404);
        cases.add(
                new HostileCase(
                        "commit with HEAD", "HEAD /commit" + host, Set.of(200, 405), false));
    }

    private static String range(String range) {
        return "GET /pfs/there HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nRange: "
                + range
                + "\r\n\r\n";
    }

    private static String post(String path, String headers) {
        return "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n"
                + headers
                + "\r\nx";
    }
}
