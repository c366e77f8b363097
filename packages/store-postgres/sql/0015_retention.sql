-- Which streams are to be let go of. Entries are never updated, so what marks an end may be indexed; and no process has to
-- know of it, nor any execution be touched. Building it stops writers for as long as the table takes to be read once.

create index stream_entry_of_end on flovyn.stream_entry (at, execution_id) where terminal;

-- Up to which end retention has come: every execution that ended before has been seen to. Whoever holds a row does its work.
create table flovyn.retention (
  -- 'all', or 'output' where that is kept for a shorter time.
  what text primary key,
  at bigint not null,
  execution_id uuid not null
) with (fillfactor = 50);

insert into flovyn.retention (what, at, execution_id)
values ('all', 0, '00000000-0000-0000-0000-000000000000'), ('output', 0, '00000000-0000-0000-0000-000000000000');

-- Nothing is decided on it any more: a cursor of an older numbering is held against the log. A process of the version before
-- still writes it, so it stays.
alter table flovyn.family alter column epoch_base set default 0;
