-- The name of this life of the database. PostgreSQL empties an unlogged table exactly when it recovers from a crash, which
-- is also exactly when output that was committed without waiting for the disk may be gone. A clean restart keeps it. Every
-- connection that writes fills it when it is empty.

create unlogged table flovyn.database_life (
  only_row boolean primary key default true check (only_row),
  name text not null default gen_random_uuid()::text
);
