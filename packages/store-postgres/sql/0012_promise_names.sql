-- A name that is asked for again stands for one more promise. The first one of a name keeps it for its key, and further ones
-- have their UUID for theirs. Null where the key is the name, as a process of the version before writes them all.

alter table flovyn.wait add column name text;
