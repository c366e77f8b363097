-- What tasks remember between their attempts.

create table flovyn.task_state (
  task_id uuid not null,
  key text not null,
  value bytea not null,
  primary key (task_id, key)
);
