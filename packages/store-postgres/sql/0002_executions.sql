-- An execution, its history and its stream.
--
-- Every bytea column holds JSON text in UTF-8, because unlike text it can hold what JSON can hold. (jsonb cost half as much
-- again of the database's time.) Payloads stand there byte for byte as they were sent: nobody parses them on the way in or
-- out. What people write freely, such as an error or a reason, stands there as a JSON string.
--
-- No foreign keys between these tables and those of tasks and ready work: checking them took a quarter of the database's
-- time, and all rows of an execution are written by one transaction that holds its version.

-- A column is what SQL filters, sorts or joins by, what guards a write, and what must stay as its author wrote it. What
-- only the server reads is packed into a JSON array, `fixed` or `state`: src/packed.ts says which member has which place.

create table flovyn.execution (
  id uuid primary key,
  org_id uuid not null,
  root_id uuid not null,
  -- Raised by every change; a change is stored only on top of the version it was decided on.
  version bigint not null,
  -- The last number of the history. The stream's is not kept here: output would rewrite this row for every flush.
  sequence bigint not null,

  -- A workflow's own; all null for a standalone task, which is an execution of the same id.
  created_at bigint,
  kind text,
  queue text,
  input bytea,
  -- Null for none.
  metadata bytea,
  -- The metadata's plain members, each as a JSON array of name and value: what lists are filtered by.
  tags text[],
  -- Parent, priority, version of the workflow, idempotency key.
  fixed bytea,

  -- What moves. None of it may be indexed, nor stand in an index's predicate: an update that touches an index cannot stay
  -- on its page. Queueing is the business of `ready` and `timer`.
  status text,
  -- The session of a running turn's claim, which stands whole in `state`.
  claim_session uuid,
  -- The stream's epoch; of a workflow its instants, claim, holder, last turn, what it waits for and why it ended.
  state bytea not null,
  output bytea
) with (fillfactor = 80);

create index execution_by_age on flovyn.execution (org_id, created_at desc, id desc) where kind is not null;
create index execution_by_tag on flovyn.execution using gin (tags) where tags is not null;

create table flovyn.history_event (
  execution_id uuid not null,
  sequence bigint not null,
  at bigint not null,
  type text not null,
  data bytea not null,
  primary key (execution_id, sequence)
);

create table flovyn.stream_entry (
  execution_id uuid not null,
  seq bigint not null,
  at bigint not null,
  attempt integer,
  -- The worker's own number of an output entry within its attempt.
  ordinal integer,
  -- 0 state, 1 token, 2 progress, 3 data, 4 error.
  kind smallint not null,
  terminal boolean not null,
  task_id uuid,
  epoch text not null,
  event bytea not null,
  primary key (execution_id, seq)
);

-- A committed fact is never changed. Retention removes whole executions, and says so for its own transaction.
create function flovyn.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('flovyn.retention', true) = 'on' then
    return null;
  end if;
  raise exception 'A history is never changed: % on % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;

create trigger history_is_final before update or delete or truncate on flovyn.history_event
  for each statement execute function flovyn.refuse_change();

-- Raises when a guarded write met fewer rows than it was sent: somebody else has changed one of them.
create function flovyn.require_rows(met bigint, sent integer) returns void language plpgsql as $$
begin
  if met <> sent then
    raise exception '% of % rows are no longer as they were', sent - met, sent using errcode = 'FV409';
  end if;
end
$$;
