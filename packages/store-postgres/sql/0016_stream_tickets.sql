-- Tickets that open a stream once, within seconds. In the database, so that any process takes what another one has given.
--
-- Unlogged: what is sealed in a ticket belongs neither into the log of changes nor into backups made from it, and a ticket that
-- a crash takes away is asked for again.
create unlogged table flovyn.stream_ticket (
  -- Of the ticket, which is nowhere: it is also the key to `sealed`.
  hash bytea primary key,
  org_id uuid not null,
  -- Who may have only so many.
  holder text not null,
  expires_at bigint not null,
  sealed text not null
);

create index stream_ticket_of_org on flovyn.stream_ticket (org_id, expires_at);
