-- What could be done now, what becomes due, which keys are taken, and which workers live. Rows here come and go: the two
-- queues are swept early, so that a claim does not walk over the remains of earlier ones.

create table flovyn.ready (
  id uuid primary key,
  execution_id uuid not null,
  org_id uuid not null,
  -- Earlier is sooner.
  score double precision not null,
  -- Offered to nobody else before this instant.
  reserved_until bigint not null default 0,
  -- 1 workflow, 2 task.
  type smallint not null,
  queue text not null,
  kind text not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- With the kind before the score, so that work of a kind nobody takes does not stand in the way of the rest.
create index ready_in_order on flovyn.ready (org_id, queue, type, kind, score, id);

create table flovyn.timer (
  id uuid primary key,
  execution_id uuid not null,
  org_id uuid not null,
  due_at bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create index timer_by_due on flovyn.timer (due_at, id);

create table flovyn.idempotency_key (
  org_id uuid not null,
  target_id uuid not null,
  expires_at bigint not null,
  target text not null,
  key text not null,
  primary key (org_id, key)
);

create index idempotency_key_by_expiry on flovyn.idempotency_key (expires_at);

create table flovyn.worker_session (
  id uuid primary key,
  org_id uuid not null,
  lease_until bigint not null,
  worker_id text not null,
  worker_name text not null
);
