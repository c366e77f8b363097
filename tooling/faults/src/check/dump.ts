import type { Frame } from '@flovyn/events';
import pg from 'pg';
import type { Dump } from './evidence.js';

type Row = Readonly<Record<string, unknown>>;

/** Everything the database holds, in the checker's words. */
export async function dumpOf(connection: pg.ClientConfig): Promise<Dump> {
  const client = new pg.Client({ ...connection, application_name: 'faults' });
  await client.connect();
  const rows = async (query: string): Promise<Row[]> => (await client.query<Row>(query)).rows;
  try {
    const executions = (await rows('select * from flovyn.execution')).map((row) => ({
      id: textOf(row['id']),
      org: textOf(row['org_id']),
      root: textOf(row['root_id']),
      parent: maybe(row['parent_id']),
      kind: maybe(row['kind']),
      status: maybe(row['status']),
      queue: maybe(row['queue']),
      input: json(row['input']),
      output: json(row['output']),
      head: Number(row['sequence']),
      isClaimed: row['claim_session'] !== null,
    }));
    const roots = new Map(executions.map(({ id, root }) => [id, root]));
    const facts = (await rows('select * from flovyn.history_event order by execution_id, sequence')).map((row) => ({
      execution: textOf(row['execution_id']),
      sequence: Number(row['sequence']),
      at: Number(row['at']),
      type: textOf(row['type']),
      data: json(row['data']) as Record<string, unknown>,
    }));
    const frames = (await rows('select * from flovyn.stream_entry order by execution_id, seq')).map((row) => {
      const executionId = textOf(row['execution_id']);
      return {
        v: 1,
        seq: Number(row['seq']),
        epoch: textOf(row['epoch']),
        executionId,
        rootExecutionId: roots.get(executionId) ?? executionId,
        ...(row['task_id'] === null ? {} : { taskExecutionId: textOf(row['task_id']) }),
        ...(row['attempt'] === null ? {} : { attempt: Number(row['attempt']) }),
        timestampMs: Number(row['at']),
        event: json(row['event']),
      } as Frame;
    });
    const tasks = (await rows('select * from flovyn.task')).map((row) => ({
      id: textOf(row['id']),
      execution: textOf(row['execution_id']),
      org: textOf(row['org_id']),
      kind: textOf(row['kind']),
      queue: textOf(row['queue']),
      status: textOf(row['status']),
      attempts: Number(row['execution_count']),
      isClaimed: row['claim_session'] !== null,
      input: json(row['input']),
      output: json(row['output']),
    }));
    const attempts = (await rows('select * from flovyn.task_attempt')).map((row) => ({
      task: textOf(row['task_id']),
      attempt: Number(row['attempt']),
      startedAt: Number(row['started_at']),
      finishedAt: Number(row['finished_at']),
    }));
    const runs = (await rows('select * from flovyn.family_run order by root_id, root_seq')).map((row) => ({
      root: textOf(row['root_id']),
      execution: textOf(row['execution_id']),
      first: Number(row['first']),
      last: Number(row['last']),
      rootSeq: Number(row['root_seq']),
      epoch: textOf(row['epoch']),
    }));
    const families = (await rows('select root_id, seq from flovyn.family')).map(
      (row) => [textOf(row['root_id']), Number(row['seq'])] as const,
    );
    const keys = (await rows('select org_id, key, target, target_id from flovyn.idempotency_key')).map((row) => ({
      org: textOf(row['org_id']),
      key: textOf(row['key']),
      target: textOf(row['target']),
      targetId: textOf(row['target_id']),
    }));
    const leftovers = await rows(`
      select case type when 1 then 'a turn that is offered' else 'an attempt that is offered' end as what, execution_id
      from flovyn.ready
      union all select 'a task that is put off', execution_id from flovyn.timer
      union all select case type when 2 then 'the time limit of a task' when 3 then 'the alarm of a timer'
        else 'the alarm of a promise' end, execution_id from flovyn.due`);
    const waits = await rows('select execution_id, key from flovyn.wait where open');
    return {
      executions,
      facts,
      frames,
      tasks,
      attempts,
      runs,
      families: new Map(families),
      keys,
      leftovers: leftovers.map((row) => ({ what: textOf(row['what']), execution: textOf(row['execution_id']) })),
      openWaits: waits.map((row) => ({ execution: textOf(row['execution_id']), key: textOf(row['key']) })),
    };
  } finally {
    await client.end();
  }
}

/** @throws when the column holds something else: then it is not the table this was written for. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} stands where a text was expected`);
}

function maybe(value: unknown): string | undefined {
  return value === null ? undefined : textOf(value);
}

function json(value: unknown): unknown {
  return Buffer.isBuffer(value) ? (JSON.parse(value.toString('utf8')) as unknown) : undefined;
}
