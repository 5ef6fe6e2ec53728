package pfs.journal;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import pfs.pack.PackStore;

/**
 * The packs that there are, as a listing of the store found them. A pack with a mark of death
 * beside it (see {@link PackTrash}) is in the trash: it is read no more but by those who are on
 * their way.
 *
 * @param packs those in use
 * @param dead those in the trash
 * @param indexed those with an index blob
 */
record PackList(NavigableSet<Long> packs, NavigableSet<Long> dead, NavigableSet<Long> indexed) {
    private static final int PAGE = 1000;

    static PackList of(PackStore store) throws IOException {
        NavigableSet<Long> packs = new TreeSet<>();
        NavigableSet<Long> dead = new TreeSet<>();
        NavigableSet<Long> indexed = new TreeSet<>();
        String after = "";
        for (List<String> page = store.listTop(after, PAGE); !page.isEmpty(); ) {
            for (String name : page) {
                if (name.endsWith(".index")) {
                    indexed.add(PackNumber.parse(name));
                } else if (name.endsWith(".dead")) {
                    dead.add(PackNumber.parse(name));
                } else if (name.endsWith(".pack")) {
                    packs.add(PackNumber.parse(name));
                }
            }
            after = page.getLast();
            page = page.size() < PAGE ? List.of() : store.listTop(after, PAGE);
        }
        packs.removeAll(dead);
        removeLate(packs, indexed, store);
        return new PackList(packs, dead, indexed);
    }

    /**
     * Of a pack that was deleted there may be a segment again: one that whoever was shut out of it
     * had on its way. Such a pack has no size, and no index blob.
     */
    private static void removeLate(Set<Long> packs, Set<Long> indexed, PackStore store)
            throws IOException {
        for (long pack : List.copyOf(packs)) {
            if (!indexed.contains(pack) && store.size(PackNumber.pack(pack)) < 0) {
                packs.remove(pack);
            }
        }
    }

    /** The last with an index blob; 0 for none. */
    long sealed() {
        return indexed.isEmpty() ? 0 : indexed.last();
    }

    /** A number that no pack before had. */
    long next() {
        long last = packs.isEmpty() ? 0 : packs.last();
        return Math.max(last, dead.isEmpty() ? 0 : dead.last()) + 1;
    }

    /** Numbers of packs that are not in use, up to the last that is. */
    BitSet gone() {
        BitSet gone = new BitSet();
        long last = packs.isEmpty() ? 0 : packs.last();
        for (long n = 0; n <= Math.max(last, dead.isEmpty() ? 0 : dead.last()); n++) {
            if (!packs.contains(n)) {
                gone.set((int) n);
            }
        }
        return gone;
    }
}
