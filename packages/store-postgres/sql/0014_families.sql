-- The streams of whole families: of an execution without a parent and all its descendants. An execution that is alone has no
-- row in either table, and pays for neither.

create table flovyn.family (
  root_id uuid primary key,
  -- The last number that was given.
  seq bigint not null,
  -- The numbering, as in `execution`: what it is called, up to where older ones still say the same, and the life of the
  -- database in which it began.
  epoch_base bigint not null,
  epoch text not null,
  life text not null
) with (fillfactor = 50);

-- Which numbers entries have in their family's stream. A run is entries of one execution with neighbouring numbers, in both
-- streams: the entry `last` has the number `root_seq`. Entries are not rewritten, and a flush of output costs one row.
--
-- A run begins where the one before it ended. So two writers who number the same entries are refused by the key, and entries
-- that a process of the version before wrote, which knows no families, are taken in with the next ones.
create table flovyn.family_run (
  execution_id uuid not null,
  first bigint not null,
  last bigint not null,
  root_id uuid not null,
  root_seq bigint not null,
  epoch text not null,
  primary key (execution_id, first)
);

create unique index family_run_in_order on flovyn.family_run (root_id, root_seq);
