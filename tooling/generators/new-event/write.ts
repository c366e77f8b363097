import type { Files } from '../files.js';
import { addName, insertAfter, insertBeforeLast } from '../source.js';
import { quote, toKebab, toPascal, toSentence } from '../words.js';
import { EVENTS, type Entry, comingVersion, memberOf } from './registry.js';
import type { NewEvent } from './request.js';

/** Writes everything about an event that follows from what was said. */
export function writeEvent(files: Files, event: NewEvent, entries: readonly Entry[]): void {
  const like = entries.find((entry) => entry.entity === event.entity);
  if (like === undefined) throw new Error(`Nothing is about ${event.entity}.`);
  const version = comingVersion(files);
  files.edit(`${EVENTS}/src/version.ts`, (text) => text.replace(/'[\d.]+'/, `'${version}'`));
  const snapshot = event.fields.length === 0 ? memberOf(like, 'data') : writeSnapshot(files, event, like);
  writeEntry(files, event, like, snapshot, version);
  writeOrder(files, event);
  files.edit(`${EVENTS}/contract/not-yet-produced.json`, (text) => {
    const reasons = { ...(JSON.parse(text) as object), [event.name]: `New in ${version}; nothing announces it yet.` };
    return `${JSON.stringify(reasons, null, 2)}\n`;
  });
  writeChangeset(files, event.name, `Streams may carry \`${event.name}\`: ${docOf(event)}`);
}

/** A note for users, in the folder from which the release notes are made. */
export function writeChangeset(files: Files, about: string, text: string): void {
  files.create(`.changeset/event-${toKebab(about)}.md`, `---\n'@flovyn/events': minor\n---\n\n${text}\n`);
}

/**
 * The last of its entity: entries stand in the order of a life, which a program does not know, and the first one of all is
 * in the golden samples.
 */
function writeEntry(files: Files, event: NewEvent, like: Entry, snapshot: string, version: string): void {
  const sample = event.fields.map(({ name, sample: value }) => `${name}: ${value}`);
  const entry = [
    `  ${event.name}: {`,
    `    data: ${snapshot},`,
    `    since: '${version}',`,
    `    terminal: ${event.isTerminal},`,
    `    subject: ${memberOf(like, 'subject')},`,
    `    doc: ${quote(docOf(event))},`,
    `    sample: ${withMembers(memberOf(like, 'sample'), sample)},`,
    '  },',
    '',
  ];
  files.edit(like.file, (text) => {
    const module = `../snapshots/${toKebab(event.entity)}.js`;
    const whole = insertBeforeLast(text, '});', entry.join('\n'));
    return event.fields.length === 0 ? whole : addName(whole, module, snapshot);
  });
}

/** The entity's own snapshot with the fields, under the name of the event. */
function writeSnapshot(files: Files, event: NewEvent, like: Entry): string {
  const base = memberOf(like, 'data');
  const name = `${toPascal(event.name)}Snapshot`;
  const file = toKebab(event.entity);
  const module = `./snapshots/${file}.js`;
  const fields = event.fields.map((field) => `${field.name}: ${field.shape}`).join(', ');
  files.edit(`${EVENTS}/src/snapshots/${file}.ts`, (text) => {
    const imported = event.fields
      .flatMap((field) => field.imports)
      .reduce((source, one) => addName(source, '../shape.js', one), text);
    return `${imported}
/** ${docOf(event)} */
export const ${name} = { ...${base}, ${fields} };
export type ${name} = ValueOf<typeof ${name}>;
`;
  });
  files.edit(`${EVENTS}/src/snapshots/index.ts`, (text) => addName(text, `./${file}.js`, name));
  files.edit(`${EVENTS}/src/index.ts`, (text) => addName(text, module, name));
  files.edit(`${EVENTS}/src/schemas.ts`, (text) =>
    insertAfter(
      text,
      `export type ${base} = shapes.${base};\n`,
      `/** ${docOf(event)} */
export const ${name} = /* @__PURE__ */ objectSchema(shapes.${name});
export type ${name} = shapes.${name};
`,
    ),
  );
  return name;
}

/** A row for a phase that does not exist, so that it does not compile before somebody has moved the event where it may come. */
function writeOrder(files: Files, event: NewEvent): void {
  files.edit(`${EVENTS}/src/order/grammar.ts`, (text) => {
    const machine = new RegExp(`^ {2}${event.entity}: (\\w+),$`, 'm').exec(text)?.[1];
    if (machine === undefined) throw new Error(`The machines of grammar.ts say nothing about ${event.entity}.`);
    if (machine === 'null') return text;
    return insertAfter(text, `export const ${machine} = {\n`, `  undecided: { ${event.name}: 'undecided' },\n`);
  });
}

function docOf({ name, doc }: NewEvent): string {
  return doc ?? `${toSentence(name)}.`;
}

/** `running` and `{ ...created }` as an object that has more members. */
function withMembers(object: string, members: readonly string[]): string {
  if (members.length === 0) return object;
  const inside = object.startsWith('{') ? object.slice(1, -1).trim().replace(/,$/, '') : `...${object}`;
  return `{ ${[inside, ...members].join(', ')} }`;
}
