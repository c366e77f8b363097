-- What a workflow execution has opened outside of its own code, and what becomes due because of it.

create table flovyn.wait (
  execution_id uuid not null,
  org_id uuid not null,
  -- What people settle a promise by; null for all others.
  promise_id uuid,
  -- The number of the fact that opened it: the order of an execution's waits.
  sequence bigint not null,
  due_at bigint,
  -- 1 timer, 2 promise, 3 child.
  type smallint not null,
  -- All that moves, and once: in no index, as with executions. A closed one stays, for its key is taken for good.
  open boolean not null,
  key text not null,
  -- Of a child, its name and its kind.
  child bytea,
  primary key (execution_id, type, key)
) with (fillfactor = 80);

create unique index wait_by_promise on flovyn.wait (promise_id) where promise_id is not null;

-- Beside `timer`, where tasks that were put off stay as they are: a process of the version before, which may still be at
-- work, takes every row of that table for such a task, and would be stopped by the first that is none.
create table flovyn.due (
  execution_id uuid not null,
  org_id uuid not null,
  due_at bigint not null,
  -- 2 a task's time is over, 3 a workflow's timer, 4 a promise's time is over.
  type smallint not null,
  -- The task's id, or the wait's key.
  id text not null,
  primary key (execution_id, type, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index due_in_order on flovyn.due (due_at);

-- Null for an execution without a parent, which costs the index nothing.
alter table flovyn.execution add column parent_id uuid;

create index execution_by_parent on flovyn.execution (parent_id) where parent_id is not null;
