/**
 * A small HTTP/1.1 client (RFC 9112) over sockets: keep-alive, both ways of framing a body, early
 * answers, retries. It starts in a third of java.net.http's time, which a command line pays each
 * time.
 */
@org.jspecify.annotations.NullMarked
package pfs.client.http;
