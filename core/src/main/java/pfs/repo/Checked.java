package pfs.repo;

import java.util.List;

/**
 * What a check came to.
 *
 * @param packs that were read
 * @param objects that are intact, copies counted
 * @param bytes of packs that were read
 * @param commits that were walked
 * @param findings at most as many as were asked for
 * @param damages all that was found, also what is not among the findings
 * @param mended how many of them are whole again
 */
public record Checked(
        int packs,
        long objects,
        long bytes,
        long commits,
        List<Finding> findings,
        long damages,
        long mended) {
    public Checked {
        findings = List.copyOf(findings);
    }

    /** True if all that is needed is whole, be it that it was mended. */
    public boolean whole() {
        return damages == mended;
    }
}
