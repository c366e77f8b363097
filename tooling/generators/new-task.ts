import { parseArgs } from 'node:util';
import { openFiles } from './files.js';
import { Refusal } from './refusal.js';
import type { Report } from './report.js';
import type { Asker } from './terminal.js';
import { toCamel, toPascal, toSentence } from './words.js';

/** `pnpm new task`: a task and its test, in an example or any other package that uses the SDK. */
export async function newTask(root: string, args: readonly string[], asker: Asker): Promise<Report> {
  const options = { name: { type: 'string' }, in: { type: 'string' } } as const;
  const { values: said } = parseArgs({ args: [...args], options });
  const name = said.name ?? (await asker.ask('Name, such as resize-image:', '--name NAME'));
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    throw new Refusal(`"${name}" is no name of a task. Say what it does in kebab-case, such as resize-image.`);
  }
  const folder = (said.in ?? 'examples/standalone-tasks').replace(/\/+$/, '');
  const files = openFiles(root);
  const manifest = `${folder}/package.json`;
  if (!files.exists(manifest) || !files.read(manifest).includes('"@flovyn/sdk"')) {
    throw new Refusal(
      `${folder} is no package that uses @flovyn/sdk. Say --in with one that does, such as examples/tour.`,
    );
  }
  files.create(`${folder}/src/${name}.ts`, source(name));
  files.create(`${folder}/src/${name}.test.ts`, test(name));
  return {
    written: files.save(),
    places: [],
    remarks: [
      `${folder}/src/${name}.ts: the work itself.`,
      `A worker runs it when it is among its tasks; the test runs without one: cd ${folder} && npx vitest run ${name}.`,
    ],
  };
}

function source(name: string): string {
  const type = toPascal(name);
  return `import { task } from '@flovyn/sdk';

/** What to work on. */
export interface ${type}Input {
  readonly items: readonly string[];
}

/** What came of it. */
export interface ${type}Output {
  readonly done: number;
}

/** ${toSentence(name)}, item by item. An attempt may be repeated, so each item must bear being worked on twice. */
export const ${toCamel(name)} = task<${type}Input, ${type}Output>({
  name: '${name}',
  description: '${toSentence(name)}.',
  async run(ctx, { items }) {
    let done = 0;
    for (const item of items) {
      ctx.checkCancellation();
      ctx.log.info(\`Working on \${item}\`);
      done += 1;
      ctx.reportProgress(done / items.length);
    }
    return { done };
  },
});
`;
}

function test(name: string): string {
  const it = toCamel(name);
  return `import { TaskCancelled } from '@flovyn/sdk';
import { MockTaskContext } from '@flovyn/sdk/testing';
import { describe, expect, test } from 'vitest';
import { ${it} } from './${name}.js';

describe('${name}', () => {
  test('works on every item and says how far it is', async () => {
    const ctx = new MockTaskContext();
    expect(await ${it}.run(ctx, { items: ['one', 'two'] })).toEqual({ done: 2 });
    expect(ctx.progressUpdates).toEqual([0.5, 1]);
  });

  test('ends between two items when it is cancelled', async () => {
    const ctx = new MockTaskContext();
    ctx.markCancelled();
    await expect(${it}.run(ctx, { items: ['one'] })).rejects.toThrow(TaskCancelled);
  });
});
`;
}
