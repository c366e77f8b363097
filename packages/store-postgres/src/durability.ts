import type pg from 'pg';

/**
 * Makes what this connection commits durable, and refuses a database that cannot keep what it has acknowledged.
 *
 * `synchronous_commit` is a matter of the session, so it is put right here; a stricter setting than `on` is left alone.
 * `fsync` is a matter of the server: without it a crash may damage everything.
 */
export async function requireDurability(
  client: pg.Client,
  allowLoss: boolean,
  warn: (message: string) => void,
): Promise<void> {
  const { rows } = await client.query<{ fsync: string; commit: string }>(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`,
  );
  const settings = rows[0];
  if (settings?.commit === 'off') await client.query('set synchronous_commit = on');
  if (settings?.fsync !== 'off') return;
  const danger =
    'This PostgreSQL runs with fsync off: a crash of the machine may lose or damage everything it acknowledged.';
  if (!allowLoss) throw new Error(`${danger} Switch fsync on, or allow it with the option allowDataLoss.`);
  warn(danger);
}
