package pfs.journal;

import pfs.object.ObjectId;
import pfs.object.PreparedObject;

/** The record of an object that is in no pack yet. */
record Unstored(Journal journal, int kind, ObjectId id, Compressor.Encoded record)
        implements PreparedObject {
    @Override
    public void store() {
        journal.store(kind, id, record.header().duplicate(), record.payload().duplicate());
    }
}
