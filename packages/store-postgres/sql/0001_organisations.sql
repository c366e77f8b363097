-- Who everything belongs to. Instants are epoch milliseconds everywhere: the engine computes with them, and a bigint is
-- compared and carried in binary without a time zone or a rounding to think of.

create table flovyn.organisation (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  tier text not null,
  created_at bigint not null
);
