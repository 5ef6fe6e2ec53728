/** A record of what clients asked and were told, and the proof that it is no lie. */
@org.jspecify.annotations.NullMarked
package pfs.testing.history;
