import pg from 'pg';
import { startEmbeddedPostgres } from '../src/index.js';

/** A process that runs an embedded PostgreSQL on the directory it is given, until somebody kills it. */
const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '' });
const client = new pg.Client(server.connection);
await client.connect();
await client.query(`drop table if exists stored; create table stored as select 'acknowledged' as word`);
await client.end();
process.stdout.write(`${server.pid}\n`);
setInterval(() => {}, 60_000);
