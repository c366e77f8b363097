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
  timeout_ms bigint,
  priority_seconds double precision not null,
  kind text not null,
  queue text not null,
  idempotency_key text,
  input bytea not null,
  metadata bytea not null,
  retry bytea not null,

  -- What moves; in no index, as with executions.
  status text not null,
  execution_count integer not null,
  started_at bigint,
  due_at bigint,
  attempt_started_at bigint,
  completed_at bigint,
  last_heartbeat_at bigint,
  attempt_from_seq bigint,
  progress double precision,
  claim_session uuid,
  claim_worker text,
  claim_token text,
  attempt_from_epoch text,
  last_token text,
  worker_id text,
  progress_details bytea,
  -- By status: PENDING and FAILED an error, COMPLETED the output, CANCELLED a reason.
  outcome bytea
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
