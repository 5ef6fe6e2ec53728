/** Torture of a real server: kills, traces, hostile clients, memory. */
@org.jspecify.annotations.NullMarked
package pfs.testing.server;
