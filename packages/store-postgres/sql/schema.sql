-- What the migrations in this directory add up to. Written by a test, which compares it; not applied.

CREATE OR REPLACE FUNCTION flovyn.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' and current_setting('flovyn.retention', true) = 'on' then
    return null;
  end if;
  raise exception 'A history is never changed: % on % is refused', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end
$function$;

CREATE OR REPLACE FUNCTION flovyn.require_rows(met bigint, sent integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if met <> sent then
    raise exception '% of % rows are no longer as they were', sent - met, sent using errcode = 'FV409';
  end if;
end
$function$;

create unlogged table flovyn.database_life (
  only_row boolean not null default true,
  name text not null default (gen_random_uuid())::text,
  constraint database_life_only_row_check CHECK (only_row),
  constraint database_life_pkey PRIMARY KEY (only_row)
);

create table flovyn.definition (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  first_seen_at bigint not null,
  last_registered_at bigint not null,
  timeout_seconds double precision,
  type text not null,
  timeout_by_hand boolean not null default false,
  retry_by_hand boolean not null default false,
  tags_by_hand boolean not null default false,
  kind text not null,
  versions text[] not null,
  tags bytea not null,
  retry_policy bytea,
  about bytea not null,
  input_schema bytea,
  output_schema bytea,
  metadata bytea,
  streams bytea,
  constraint definition_pkey PRIMARY KEY (org_id, type, kind)
) with (fillfactor=80);

create table flovyn.due (
  execution_id uuid not null,
  org_id uuid not null,
  due_at bigint not null,
  type smallint not null,
  id text not null,
  constraint due_pkey PRIMARY KEY (execution_id, type, id)
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0);

CREATE INDEX due_in_order ON flovyn.due USING btree (due_at);

create table flovyn.execution (
  id uuid not null,
  org_id uuid not null,
  root_id uuid not null,
  version bigint not null,
  sequence bigint not null,
  created_at bigint,
  kind text,
  queue text,
  input bytea,
  metadata bytea,
  tags text[],
  fixed bytea,
  status text,
  claim_session uuid,
  state bytea not null,
  output bytea,
  parent_id uuid,
  constraint execution_pkey PRIMARY KEY (id)
) with (fillfactor=80);

CREATE INDEX execution_by_age ON flovyn.execution USING btree (org_id, created_at DESC, id DESC) WHERE (kind IS NOT NULL);

CREATE INDEX execution_by_parent ON flovyn.execution USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX execution_by_tag ON flovyn.execution USING gin (tags) WHERE (tags IS NOT NULL);

create table flovyn.family (
  root_id uuid not null,
  seq bigint not null,
  epoch_base bigint not null default 0,
  epoch text not null,
  life text not null,
  constraint family_pkey PRIMARY KEY (root_id)
) with (fillfactor=50);

create table flovyn.family_run (
  execution_id uuid not null,
  first bigint not null,
  last bigint not null,
  root_id uuid not null,
  root_seq bigint not null,
  epoch text not null,
  constraint family_run_pkey PRIMARY KEY (execution_id, first)
);

CREATE UNIQUE INDEX family_run_in_order ON flovyn.family_run USING btree (root_id, root_seq);

create table flovyn.history_event (
  execution_id uuid not null,
  sequence bigint not null,
  at bigint not null,
  type text not null,
  data bytea not null,
  constraint history_event_pkey PRIMARY KEY (execution_id, sequence)
);

CREATE TRIGGER history_is_final BEFORE DELETE OR UPDATE OR TRUNCATE ON flovyn.history_event FOR EACH STATEMENT EXECUTE FUNCTION flovyn.refuse_change();

create table flovyn.idempotency_key (
  org_id uuid not null,
  target_id uuid not null,
  expires_at bigint not null,
  target text not null,
  key text not null,
  fingerprint text,
  reply bytea,
  constraint idempotency_key_pkey PRIMARY KEY (org_id, key)
);

CREATE INDEX idempotency_key_by_expiry ON flovyn.idempotency_key USING btree (expires_at);

create table flovyn.organisation (
  id uuid not null,
  slug text not null,
  name text not null,
  tier text not null,
  created_at bigint not null,
  region text,
  constraint organisation_pkey PRIMARY KEY (id),
  constraint organisation_slug_key UNIQUE (slug)
);

create table flovyn.ready (
  id uuid not null,
  execution_id uuid not null,
  org_id uuid not null,
  score double precision not null,
  reserved_until bigint not null default 0,
  type smallint not null,
  queue text not null,
  kind text not null,
  constraint ready_pkey PRIMARY KEY (id)
) with (fillfactor=80, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0);

CREATE INDEX ready_in_order ON flovyn.ready USING btree (org_id, queue, type, kind, score, id);

create table flovyn.retention (
  what text not null,
  at bigint not null,
  execution_id uuid not null,
  constraint retention_pkey PRIMARY KEY (what)
) with (fillfactor=50);

create table flovyn.stream_entry (
  execution_id uuid not null,
  seq bigint not null,
  at bigint not null,
  attempt integer,
  ordinal integer,
  kind smallint not null,
  terminal boolean not null,
  task_id uuid,
  epoch text not null,
  event bytea not null,
  constraint stream_entry_pkey PRIMARY KEY (execution_id, seq)
);

CREATE INDEX stream_entry_of_end ON flovyn.stream_entry USING btree (at, execution_id) WHERE terminal;

create unlogged table flovyn.stream_ticket (
  hash bytea not null,
  org_id uuid not null,
  holder text not null,
  expires_at bigint not null,
  sealed text not null,
  constraint stream_ticket_pkey PRIMARY KEY (hash)
);

CREATE INDEX stream_ticket_of_org ON flovyn.stream_ticket USING btree (org_id, expires_at);

create table flovyn.task (
  id uuid not null,
  execution_id uuid not null,
  org_id uuid not null,
  created_at bigint not null,
  scheduled_sequence bigint not null,
  kind text not null,
  queue text not null,
  input bytea not null,
  metadata bytea,
  fixed bytea not null,
  status text not null,
  execution_count integer not null,
  attempt_from_seq bigint,
  claim_session uuid,
  progress double precision,
  progress_details bytea,
  last_heartbeat_at bigint,
  state bytea not null,
  output bytea,
  constraint task_pkey PRIMARY KEY (id)
) with (fillfactor=50);

CREATE INDEX task_of_execution ON flovyn.task USING btree (execution_id);

CREATE INDEX task_standalone_by_age ON flovyn.task USING btree (org_id, created_at DESC, id DESC) WHERE (execution_id = id);

create table flovyn.task_attempt (
  task_id uuid not null,
  attempt integer not null,
  started_at bigint not null,
  finished_at bigint not null,
  status text not null,
  worker_id text not null,
  error bytea not null,
  constraint task_attempt_pkey PRIMARY KEY (task_id, attempt)
);

create table flovyn.task_log (
  task_id uuid not null,
  id bigint not null generated always as identity,
  at bigint not null,
  attempt integer not null,
  level text not null,
  message bytea not null,
  constraint task_log_pkey PRIMARY KEY (task_id, id)
);

create table flovyn.task_state (
  task_id uuid not null,
  key text not null,
  value bytea not null,
  constraint task_state_pkey PRIMARY KEY (task_id, key)
);

create table flovyn.timer (
  id uuid not null,
  execution_id uuid not null,
  org_id uuid not null,
  due_at bigint not null,
  constraint timer_pkey PRIMARY KEY (id)
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0);

CREATE INDEX timer_by_due ON flovyn.timer USING btree (due_at, id);

create table flovyn.wait (
  execution_id uuid not null,
  org_id uuid not null,
  promise_id uuid,
  sequence bigint not null,
  due_at bigint,
  type smallint not null,
  open boolean not null,
  key text not null,
  child bytea,
  name text,
  constraint wait_pkey PRIMARY KEY (execution_id, type, key)
) with (fillfactor=80);

CREATE UNIQUE INDEX wait_by_promise ON flovyn.wait USING btree (promise_id) WHERE (promise_id IS NOT NULL);

create table flovyn.worker (
  org_id uuid not null,
  id uuid not null,
  registered_at bigint not null,
  last_heartbeat_at bigint not null,
  gone boolean not null,
  type text not null,
  about bytea not null,
  metadata bytea,
  constraint worker_pkey PRIMARY KEY (org_id, id)
) with (fillfactor=80);

CREATE INDEX worker_by_age ON flovyn.worker USING btree (org_id, registered_at DESC, id DESC);

create table flovyn.worker_definition (
  org_id uuid not null,
  worker_id uuid not null,
  type text not null,
  kind text not null,
  constraint worker_definition_pkey PRIMARY KEY (org_id, type, kind, worker_id)
);

CREATE INDEX worker_definition_by_worker ON flovyn.worker_definition USING btree (org_id, worker_id);

create table flovyn.worker_session (
  id uuid not null,
  org_id uuid not null,
  lease_until bigint not null,
  worker_id text not null,
  worker_name text not null,
  constraint worker_session_pkey PRIMARY KEY (id)
);

create table flovyn.worker_token (
  id uuid not null,
  org_id uuid not null,
  created_at bigint not null,
  hash bytea not null,
  display_name text not null,
  created_by text not null,
  constraint worker_token_hash_key UNIQUE (hash),
  constraint worker_token_pkey PRIMARY KEY (id)
);

CREATE INDEX worker_token_by_age ON flovyn.worker_token USING btree (org_id, created_at DESC, id DESC);
