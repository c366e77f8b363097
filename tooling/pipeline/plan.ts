import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const house = fileURLToPath(new URL('../..', import.meta.url));
const FLOORS = ['apps', 'examples', 'packages', 'tooling'];
const AROUND = ['proto', '.changeset', 'package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'turbo.json'];
const LEFT_OUT = /\/(?:node_modules|dist|\.turbo|\.test-report)(?:\/|$)/;

/** A copy of the sources, in which a file may be changed to see what that would run. Nothing is installed in it. */
export function createCopy(): { readonly root: string; remove(): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'flovyn-pipeline-')));
  for (const name of [...FLOORS, ...AROUND]) {
    cpSync(join(house, name), join(root, name), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
  }
  return { root, remove: () => rmSync(root, { recursive: true }) };
}

/** The hash of every task that would run, by its id: it changes when something the task reads has changed. */
export function hashes(root: string, ...tasks: readonly string[]): ReadonlyMap<string, string> {
  const turbo = join(house, 'node_modules/.bin/turbo');
  const said = execFileSync(turbo, ['run', ...tasks, '--dry=json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  const { tasks: planned } = JSON.parse(said) as { tasks: readonly Planned[] };
  const real = planned.filter(({ command }) => command !== '<NONEXISTENT>');
  return new Map(real.map(({ taskId, hash }) => [taskId, hash]));
}

/** The ids of the tasks whose hash is another one, sorted. */
export function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  return [...after.keys()].filter((task) => before.get(task) !== after.get(task)).toSorted();
}

/** The packages that depend on `name`, directly or not, by what their manifests say. Sorted, with itself. */
export function dependants(root: string, name: string): readonly string[] {
  const manifests = FLOORS.flatMap((floor) => readdirSync(join(root, floor)).map((one) => join(root, floor, one)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest);
  const reached = new Set([name]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const manifest of manifests) {
      const needs = Object.keys({
        ...manifest.dependencies,
        ...manifest.devDependencies,
        ...manifest.peerDependencies,
      });
      if (needs.some((one) => reached.has(one))) reached.add(manifest.name);
    }
  }
  return [...reached].toSorted();
}

interface Planned {
  readonly taskId: string;
  readonly hash: string;
  /** Turbo plans every task for every package, also where there is no such script. */
  readonly command: string;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: object;
  readonly devDependencies?: object;
  readonly peerDependencies?: object;
}
