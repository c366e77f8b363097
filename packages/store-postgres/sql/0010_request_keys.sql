-- A key may also stand for a request as a whole: who sends the same again gets the answer of the first time. What the key
-- stands for is then `request`, with the print of what was sent and the reply.

alter table flovyn.idempotency_key
  add column fingerprint text,
  add column reply bytea;
