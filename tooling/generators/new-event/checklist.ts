import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../report.js';
import { run } from '../tools.js';
import { type Reachable, reachable } from './workspace.js';

/**
 * Every place that does not compile, once, in the order of the files. The source that is built is asked, not the tests: what
 * a test says of the places is right again when they are.
 */
export async function findPlaces(root: string): Promise<readonly Place[]> {
  const packages = reachable(root);
  const composite = packages.filter(({ isComposite }) => isComposite).map(({ folder }) => folder);
  const bundled = packages.filter(({ isComposite }) => !isComposite);
  // In one go, in which each package reads the new declarations of those below it; with an error in them they are written too.
  const said = [await run(root, '.', 'tsc', '-b', '--pretty', 'false', ...composite)];
  for (const { folder } of bundled) {
    said.push(await run(root, '.', 'tsc', '-p', `${folder}/tsconfig.json`, '--noEmit', '--pretty', 'false'));
  }
  return placesIn(said.map((one) => one.said).join('\n'), packages, questions(root));
}

/** The errors of a compiler as places. Throws for one that is about no file, such as a bad setting. */
export function placesIn(
  said: string,
  packages: readonly Pick<Reachable, 'name' | 'folder'>[],
  asked: ReadonlyMap<string, string>,
): readonly Place[] {
  const places = new Map<string, Place>();
  for (const text of said.split('\n')) {
    if (text.startsWith('error TS')) throw new Error(`The compiler could not begin: ${text}`);
    const [, file, line, message] = /^(.+?)\((\d+),\d+\): error TS\d+: (.*)$/.exec(text) ?? [];
    if (file === undefined || message === undefined) continue;
    const consumer = packages.find(({ folder }) => file.startsWith(`${folder}/`))?.name ?? '';
    places.set(`${file}:${line}`, { file, line: Number(line), consumer, asks: asked.get(file) ?? brief(message) });
  }
  return [...places.values()].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** What those who are known to handle all events ask of a new one, by file. */
function questions(root: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'tooling/ripple/exhaustive-consumers.json'), 'utf8');
  const consumers = JSON.parse(text) as readonly { folder: string; file: string; asks: string }[];
  return new Map(consumers.map(({ folder, file, asks }) => [`${folder}/${file}`, asks]));
}

function brief(message: string): string {
  return message.length <= 100 ? message : `${message.slice(0, 99)}…`;
}
