-- The streams of the author's own that a kind of task writes to, as a JSON array of [name, description, schema]. Null where
-- there are none, as a process of the version before writes them all.

alter table flovyn.definition add column streams bytea;
