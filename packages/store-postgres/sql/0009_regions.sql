-- Where an organisation's data is kept; null when nobody said.

alter table flovyn.organisation add column region text;
