-- Keys that people make for workers while the server runs. The secret itself is nowhere: a token is found by its hash, so a
-- copy of this table opens nothing, and how long a look takes says nothing about a secret.

create table flovyn.worker_token (
  id uuid primary key,
  org_id uuid not null,
  created_at bigint not null,
  hash bytea not null unique,
  display_name text not null,
  -- The id of the principal who made it.
  created_by text not null
);

create index worker_token_by_age on flovyn.worker_token (org_id, created_at desc, id desc);
