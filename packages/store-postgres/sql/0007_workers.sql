-- What is known of workers. Nothing is decided on it, and nothing of it is written while work goes on.

create table flovyn.worker (
  org_id uuid not null,
  -- Follows from the organisation and the name, or is the name: another organisation may have the same.
  id uuid not null,
  registered_at bigint not null,
  -- What moves; in no index.
  last_heartbeat_at bigint not null,
  -- Said goodbye, or was silent for too long.
  gone boolean not null,
  type text not null,
  -- Name, version, host, process.
  about bytea not null,
  metadata bytea,
  primary key (org_id, id)
) with (fillfactor = 80);

create index worker_by_age on flovyn.worker (org_id, registered_at desc, id desc);

-- A kind of workflow or task that some worker has registered.
create table flovyn.definition (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  first_seen_at bigint not null,
  last_registered_at bigint not null,
  timeout_seconds double precision,
  -- 'workflow' or 'task'.
  type text not null,
  -- Whether somebody has said these by hand: then no registration changes them.
  timeout_by_hand boolean not null default false,
  retry_by_hand boolean not null default false,
  tags_by_hand boolean not null default false,
  kind text not null,
  -- Newest registration first, up to a hundred.
  versions text[] not null,
  tags bytea not null,
  retry_policy bytea,
  -- Name, description, whether it can be cancelled.
  about bytea not null,
  input_schema bytea,
  output_schema bytea,
  metadata bytea,
  primary key (org_id, type, kind)
) with (fillfactor = 80);

-- Which worker has ever registered which definition.
create table flovyn.worker_definition (
  org_id uuid not null,
  worker_id uuid not null,
  type text not null,
  kind text not null,
  primary key (org_id, type, kind, worker_id)
);

create index worker_definition_by_worker on flovyn.worker_definition (org_id, worker_id);
