import type { Files } from '../files.js';
import { Refusal } from '../refusal.js';
import { quote } from '../words.js';
import { EVENTS, type Entry, comingVersion, entryOf } from './registry.js';
import { writeChangeset } from './write.js';

/** Which event goes, what to use instead, and with which version it goes. */
export interface Deprecation {
  readonly name: string;
  readonly replacedBy: string;
  /** The next major version of the contract when absent. */
  readonly removeIn: string | undefined;
}

/**
 * Says of an event that it will go. It is never deleted here: somebody stored it, and readers of all released versions
 * may still be sent one.
 */
export function deprecate(files: Files, { name, replacedBy, removeIn }: Deprecation, entries: readonly Entry[]): void {
  const entry = entryOf(entries, name);
  entryOf(entries, replacedBy);
  if (name === replacedBy) throw new Refusal(`${name} cannot replace itself. Say --replaced-by with another event.`);
  if (entry.body.includes('    deprecated: ')) throw new Refusal(`${name} is deprecated already, in ${entry.file}.`);
  const since = comingVersion(files);
  const nextMajor = Number(since.split('.')[0]) + 1;
  const goesWith = removeIn ?? `${nextMajor}.0.0`;
  if (!/^\d+\.0\.0$/.test(goesWith) || Number(goesWith.split('.')[0]) < nextMajor) {
    throw new Refusal(
      `${name} cannot go with ${goesWith}: events go with a major version, ${nextMajor}.0.0 at the earliest.`,
    );
  }
  files.edit(`${EVENTS}/src/version.ts`, (text) => text.replace(/'[\d.]+'/, `'${since}'`));
  const line = `    deprecated: { since: ${quote(since)}, replacedBy: ${quote(replacedBy)}, removeIn: ${quote(goesWith)} },\n`;
  files.edit(entry.file, (text) =>
    text.replace(`  ${name}: {\n${entry.body}`, () => `  ${name}: {\n${entry.body}${line}`),
  );
  writeChangeset(
    files,
    `${name}_deprecated`,
    `\`${name}\` is deprecated and goes with version ${goesWith} of the contract: use \`${replacedBy}\`.`,
  );
}
