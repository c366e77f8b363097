-- Tasks of workflows, and standalone ones: those whose execution has their own id.
--
-- A task is written about three times within its short life, and new ones lie side by side: with half of each page left
-- free, 99 of 100 updates stay on their page (45 with the usual fifth), cost half as much, and the table grows no larger.

create table flovyn.task (
  id uuid primary key,
  execution_id uuid not null,
  org_id uuid not null,
  created_at bigint not null,
  -- The number of the fact that scheduled it, 0 for a standalone task. Its id says nothing of order, and those of one turn
  -- have one creation time.
  scheduled_sequence bigint not null,
  kind text not null,
  queue text not null,
  input bytea not null,
  -- Null for none.
  metadata bytea,
  -- Retry policy, timeout, priority, idempotency key.
  fixed bytea not null,

  -- What moves; in no index, as with executions.
  status text not null,
  execution_count integer not null,
  -- The stream's last number before the latest attempt.
  attempt_from_seq bigint,
  -- The session of a running attempt's claim, which stands whole in `state`.
  claim_session uuid,
  -- What a sign of life changes.
  progress double precision,
  progress_details bytea,
  last_heartbeat_at bigint,
  -- Instants, claim, worker, where the attempt's stream begins, why the task or the attempt before ended.
  state bytea not null,
  output bytea
) with (fillfactor = 50);

create index task_of_execution on flovyn.task (execution_id);
create index task_standalone_by_age on flovyn.task (org_id, created_at desc, id desc) where execution_id = id;

-- Only attempts that ended without ending their task: the latest is described by the task itself, so a task that succeeds
-- at once costs no row here.
create table flovyn.task_attempt (
  task_id uuid not null,
  attempt integer not null,
  started_at bigint not null,
  finished_at bigint not null,
  status text not null,
  worker_id text not null,
  error bytea not null,
  primary key (task_id, attempt)
);

create table flovyn.task_log (
  task_id uuid not null,
  id bigint generated always as identity,
  at bigint not null,
  attempt integer not null,
  level text not null,
  message bytea not null,
  primary key (task_id, id)
);
