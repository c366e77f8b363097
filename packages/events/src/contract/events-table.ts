import { streamEventTypeNumber, suspendType } from '../enums.js';
import { lifecycleName } from '../lifecycle.js';
import { stateEvents, streamEvents } from '../registry/index.js';
import { stateEventShapes } from '../shapes.js';
import type { Shape } from '../shape.js';
import * as snapshots from '../snapshots/index.js';
import { suspendTypePrecedence } from '../suspend.js';
import { sampleStateEvents } from '../testing/samples.js';
import { words } from './manifest.js';
import { CONTRACT_VERSION } from '../version.js';

/** The contract as tables for people. */
export function eventsTable(): string {
  return [
    '# The events of Flovyn',
    '',
    `Version ${CONTRACT_VERSION} of the contract. Made from the registry by \`pnpm contract:write\`; do not edit.`,
    '',
    '## State events',
    '',
    'News, made by the server. Wire form: `{"type":"Event","event":<name>,"data":<snapshot>,"timestampMs":<integer>}`.',
    '',
    ...table(
      ['Event', 'About', 'Lifecycle name', 'Snapshot', 'Ends its subject', 'Since', 'Meaning'],
      sampleStateEvents().map((event) => {
        const { entity, since, terminal, deprecated, doc } = stateEvents[event.event];
        const name = deprecated === undefined ? `\`${event.event}\`` : `~~\`${event.event}\`~~`;
        const meaning =
          deprecated === undefined
            ? doc
            : `Deprecated since ${deprecated.since}, goes with ${deprecated.removeIn}: use ` +
              `\`${deprecated.replacedBy}\`. ${doc}`;
        return [
          name,
          entity,
          `\`${lifecycleName(event)}\``,
          snapshotOf(event.event),
          ENDS[`${terminal}`],
          since,
          meaning,
        ];
      }),
    ),
    '',
    '## Stream events',
    '',
    'Output, made by running code.',
    '',
    ...table(
      ['Type', 'Number in the protocol', 'Fields'],
      Object.entries(streamEvents).map(([type, shape]) => [
        `\`${type}\``,
        String(streamEventTypeNumber[type as keyof typeof streamEvents]),
        fieldsOf(shape),
      ]),
    ),
    '',
    '## Snapshots',
    '',
    '"or null" is always written, with `null` for absence; `?` is left out when absent.',
    '',
    ...table(
      ['Snapshot', 'Fields'],
      Object.entries(snapshots).map(([name, shape]) => [name, fieldsOf(shape)]),
    ),
    '',
    '## Words',
    '',
    'Any of these lists may grow.',
    '',
    ...table(
      ['List', 'Words'],
      Object.entries(words).map(([name, list]) => [name, list.map((word) => `\`${word}\``).join(' ')]),
    ),
    '',
    '## Suspend types',
    '',
    'What a suspended execution waits for. Of several, the first of this list that is present is `suspendType`; ' +
      '`waitingOn` has all of them.',
    '',
    ...suspendTypePrecedence.map((type, index) => `${index + 1}. \`${type}\``),
    '',
    `\`${suspendType.UNSPECIFIED}\` stands where nobody said.`,
    '',
  ].join('\n');
}

const ENDS: Record<'true' | 'false' | 'unless-pending', string> = {
  true: 'yes',
  false: 'no',
  'unless-pending': 'unless PENDING',
};

function snapshotOf(name: keyof typeof stateEventShapes): string {
  const found = Object.entries(snapshots).find(([, shape]) => shape === stateEventShapes[name]);
  return found?.[0] ?? '';
}

function fieldsOf(shape: Shape): string {
  return Object.entries(shape)
    .map(([key, field]) =>
      field.kind === 'optional' ? `\`${key}?\`: ${wordOf(field.of)}` : `\`${key}\`: ${wordOf(field)}`,
    )
    .join(', ');
}

function wordOf(field: Shape[string]): string {
  switch (field.kind) {
    case 'text':
      return field.pattern === undefined ? 'text' : 'UUID';
    case 'constant':
      return `\`${JSON.stringify(field.value)}\``;
    case 'word':
      return listOf(field.words);
    case 'list':
      return `list of (${fieldsOf(field.of)})`;
    case 'texts':
      return 'list of texts';
    case 'orNull':
      return `${wordOf(field.of)} or null`;
    case 'optional':
      return wordOf(field.of);
    case 'integer':
    case 'number':
      return field.kind;
    case 'json':
      return 'any JSON';
  }
}

function listOf(list: readonly string[]): string {
  const found = Object.entries(words).find(([, each]) => each.join() === list.join());
  if (found === undefined) throw new Error(`The words ${list.join(', ')} have no name in the manifest.`);
  return found[0];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
