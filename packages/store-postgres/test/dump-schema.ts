import type pg from 'pg';

/** The schema as the catalogue has it: what all migrations together have made. (`pg_dump` does not come with the server.) */
export async function dumpSchema(client: pg.Client): Promise<string> {
  const { rows: tables } = await client.query<{
    oid: number;
    name: string;
    unlogged: boolean;
    options: string | null;
  }>(`
    select c.oid, c.relname as name, c.relpersistence = 'u' as unlogged, array_to_string(c.reloptions, ', ') as options
    from pg_class as c where c.relnamespace = 'flovyn'::regnamespace and c.relkind = 'r' and c.relname <> 'migration'
    order by c.relname`);
  const parts: string[] = [];
  for (const { oid, name, unlogged, options } of tables) {
    const lines = [...(await columnsOf(client, oid)), ...(await constraintsOf(client, oid))];
    const storage = options === null ? '' : ` with (${options})`;
    parts.push(`create ${unlogged ? 'unlogged ' : ''}table flovyn.${name} (\n${lines.join(',\n')}\n)${storage};`);
    parts.push(...(await indexesOf(client, oid)), ...(await triggersOf(client, oid)));
  }
  const { rows: functions } = await client.query<{ definition: string }>(`
    select pg_get_functiondef(oid) as definition from pg_proc where pronamespace = 'flovyn'::regnamespace order by proname`);
  const head = '-- What the migrations in this directory add up to. Written by a test, which compares it; not applied.';
  return `${[head, ...functions.map(({ definition }) => `${definition.trimEnd()};`), ...parts].join('\n\n')}\n`;
}

async function columnsOf(client: pg.Client, table: number): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
       || case when a.attnotnull then ' not null' else '' end
       || case when a.attidentity = 'a' then ' generated always as identity' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
     from pg_attribute as a left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table],
  );
  return rows.map(({ line }) => line);
}

async function constraintsOf(client: pg.Client, table: number): Promise<string[]> {
  // PostgreSQL 18 lists "not null" here too; the columns say that already.
  const { rows } = await client.query<{ line: string }>(
    `select '  constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
     from pg_constraint where conrelid = $1 and contype <> 'n' order by conname`,
    [table],
  );
  return rows.map(({ line }) => line);
}

async function indexesOf(client: pg.Client, table: number): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select pg_get_indexdef(i.indexrelid) || ';' as line from pg_index as i join pg_class as c on c.oid = i.indexrelid
     where i.indrelid = $1 and not exists (select from pg_constraint where conindid = i.indexrelid) order by c.relname`,
    [table],
  );
  return rows.map(({ line }) => line);
}

async function triggersOf(client: pg.Client, table: number): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select pg_get_triggerdef(oid) || ';' as line from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname`,
    [table],
  );
  return rows.map(({ line }) => line);
}
