-- Keys are compared as unsigned bytes, which is how bytea sorts.
create table pfs_pair (
    key     bytea  primary key,
    value   bytea  not null,
    version bigint not null
);

create table pfs_lease (
    name    bytea       primary key,
    token   bigint      not null,
    holder  text        not null,
    until   timestamptz not null
);

-- A version is never used twice, whatever is deleted.
create sequence pfs_version;
