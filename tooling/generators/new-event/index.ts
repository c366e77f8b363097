import { parseArgs } from 'node:util';
import { openFiles } from '../files.js';
import { Refusal } from '../refusal.js';
import type { Report } from '../report.js';
import type { Asker } from '../terminal.js';
import { mustRun } from '../tools.js';
import { toSentence } from '../words.js';
import { findPlaces } from './checklist.js';
import { deprecate } from './deprecate.js';
import { EVENTS, readRegistry } from './registry.js';
import { parseNewEvent } from './request.js';
import { writeEvent } from './write.js';

/** `pnpm new event`: adds an event to the contract, or says of one that it will go. */
export async function newEvent(root: string, args: readonly string[], asker: Asker): Promise<Report> {
  const { values: said } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      entity: { type: 'string' },
      field: { type: 'string', multiple: true },
      terminal: { type: 'boolean' },
      doc: { type: 'string' },
      deprecate: { type: 'string' },
      'replaced-by': { type: 'string' },
      'remove-in': { type: 'string' },
      delete: { type: 'string' },
    },
  });
  const files = openFiles(root);
  if (!files.exists('packages/protocol/src/gen')) {
    throw new Refusal('The compiler needs what is generated. Run `npx pnpm build` once, then this again.');
  }
  if (said.delete !== undefined) {
    throw new Refusal(
      `${said.delete} stays: somebody stored one, and every reader reads every released event. Say --deprecate ${said.delete}.`,
    );
  }
  const entries = readRegistry(files);
  const isAsked = said.name === undefined || said.entity === undefined;
  const remarks: string[] = [];
  if (said.deprecate !== undefined) {
    const replacedBy = said['replaced-by'] ?? (await asker.ask('Which event replaces it?', '--replaced-by NAME'));
    deprecate(files, { name: said.deprecate, replacedBy, removeIn: said['remove-in'] }, entries);
  } else {
    const name = said.name ?? (await asker.ask('Name, such as TASK_RETRIED:', '--name NAME'));
    const entity = said.entity ?? (await asker.ask('What is it about? task, workflow, timer, ...', '--entity ENTITY'));
    const field =
      said.field ?? (isAsked ? split(await asker.ask('More fields, such as attempt:int (or none):', '--field')) : []);
    const terminal =
      said.terminal ?? (isAsked && (await asker.ask('Does nothing follow it? (y/n)', '--terminal')).startsWith('y'));
    const doc = said.doc ?? (isAsked ? await asker.ask('What does it mean, in one sentence?', '--doc') : undefined);
    const event = parseNewEvent({ name, entity, field, terminal, doc: doc === '' ? undefined : doc }, entries);
    writeEvent(files, event, entries);
    if (event.doc === undefined) {
      const file = entries.find((entry) => entry.entity === entity)?.file;
      remarks.push(`${file}: "${toSentence(name)}." is no explanation yet: say what it means in one sentence.`);
    }
    remarks.push(
      `${EVENTS}/contract/not-yet-produced.json: ${name} has a line until something announces it; then it must go.`,
    );
  }
  const written = files.save();
  await derive(root);
  return { written, places: await findPlaces(root), remarks };
}

/** Everything that follows from the registry: tables, documents, the golden sample, and the layout of all of it. */
async function derive(root: string): Promise<void> {
  await mustRun(root, EVENTS, 'tsx', 'src/contract/write.ts', 'tables');
  await mustRun(root, EVENTS, 'tsx', 'src/contract/write.ts', 'documents');
  await mustRun(root, '.', 'oxfmt', `${EVENTS}/src`, `${EVENTS}/contract`, '.changeset');
}

function split(fields: string): string[] {
  return fields.split(/[\s,]+/).filter((field) => field !== '' && field !== 'none');
}
