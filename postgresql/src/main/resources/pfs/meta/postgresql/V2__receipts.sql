-- What a server committed last in each of the places that its transactions take in turn, written
-- with the transaction itself: how it finds out what became of one whose answer was lost. Numbers
-- of PostgreSQL's own do not tell: after a crash they are given again.
create table pfs_receipt (
    place  text        primary key,
    number bigint      not null,
    made   timestamptz not null
);
