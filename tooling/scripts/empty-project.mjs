// What a user of the published packages has: a project with nothing but them, outside of this repository.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says "Hello there" a day later, which takes no time here. */
const PROGRAM = `
import { Duration, defineStream, task, workflow } from '@flovyn/sdk';
import { MockTaskContext, TestWorkflowEnvironment } from '@flovyn/sdk/testing';
import { createClient } from '@flovyn/client';

const hello = task({ name: 'hello', run: async (_ctx, who: string) => 'Hello ' + who });
const later = workflow({
  name: 'later',
  async run(ctx, who: string): Promise<string> {
    await ctx.sleep(Duration.days(1));
    return await ctx.schedule(hello, who);
  },
});
const env = new TestWorkflowEnvironment().registerWorkflow(later).registerTask(hello);
env.executeWorkflow(later, 'there').then((words: string) => console.log(words));
new MockTaskContext().streamToken('typed');
createClient({ baseUrl: 'http://127.0.0.1:1', org: 'dev' }).workflows.start({ kind: later.name, input: 1 }).catch(() => undefined);
// @ts-expect-error -- an empty project gets our types, not any
export const name: number = later.name;
`;

/**
 * Installs packed packages into an empty project and uses them there.
 *
 * @param {ReadonlyMap<string, string>} tarballs - by the name of the package.
 * @param {string} root - of the repository, whose TypeScript checks the program.
 * @param {(command: string, args: string[], cwd: string) => string} run - gives what the command wrote.
 */
export function useInEmptyProject(tarballs, root, run) {
  const folder = mkdtempSync(join(tmpdir(), 'flovyn-empty-'));
  const write = (/** @type {string} */ name, /** @type {unknown} */ content) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const { version: nodeTypes } = JSON.parse(readFileSync(join(root, 'node_modules/@types/node/package.json'), 'utf8'));
  const files = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
  write('package.json', {
    name: 'empty',
    private: true,
    dependencies: files,
    devDependencies: { '@types/node': nodeTypes },
  });
  // What depends on another of the packages gets that one, too.
  write('pnpm-workspace.yaml', `overrides: ${JSON.stringify(files)}\n`);
  run('pnpm', ['install', '--prefer-offline', '--ignore-scripts', '--config.auto-install-peers=false'], folder);

  for (const [extension, node] of /** @type {const} */ ([
    ['mts', []],
    ['cts', ['--no-experimental-require-module']],
  ])) {
    write(`program.${extension}`, PROGRAM);
    const options = ['--strict', '--module', 'node16', '--target', 'es2022', '--types', 'node'];
    run(join(root, 'node_modules/.bin/tsc'), [`program.${extension}`, ...options], folder);
    const said = run(process.execPath, [...node, `program.${extension.replace('ts', 'js')}`], folder);
    if (said.trim() !== 'Hello there') throw new Error(`As .${extension}, the program said: ${said}`);
  }
  // Its tests need more than it is published with: here it has nothing else.
  const cases = run(join(folder, 'node_modules/.bin/flovyn-conformance'), ['stream', '--list'], folder);
  if (!cases.includes('R21 resume-mid-attempt')) throw new Error(`The conformance suite listed: ${cases}`);
  rmSync(folder, { recursive: true });
}
