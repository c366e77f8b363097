import { type Reading, allHeard } from '../play/heard.js';
import type { Expectation } from '../vocabulary.js';
import { contains } from './contains.js';
import { type Finding, finding } from './finding.js';

type Of<See extends Expectation['see']> = Extract<Expectation, { readonly see: See }>;

export function statusFindings(reading: Reading, wanted: number): Finding[] {
  const status = reading.connections.at(-1)?.status;
  return status === wanted ? [] : [finding(reading, `the status ${wanted}`, `${status}`)];
}

export function headerFindings(reading: Reading, { name, is }: Of<'header'>): Finding[] {
  const value = reading.connections.at(-1)?.headers.get(name) ?? null;
  return value === is ? [] : [finding(reading, `${name}: ${is ?? 'none'}`, value ?? 'none')];
}

/** A refusal that programs can read: the status twice, a type of its own, and an `error` text. */
export function problemFindings(reading: Reading, { status, type }: Of<'problem'>): Finding[] {
  const last = reading.connections.at(-1);
  const expected = `${status} as application/problem+json of the type ${type}, with an error text`;
  const [contentType = ''] = (last?.headers.get('content-type') ?? '').split(';');
  const body = contentType === 'application/problem+json' ? parse(last?.body ?? '') : undefined;
  const isRight =
    last?.status === status &&
    contains(body, { status }) &&
    body?.['error'] !== undefined &&
    endsWith(body['type'], type);
  return isRight ? [] : [finding(reading, expected, `${last?.status} as ${contentType || 'nothing'}`)];
}

function endsWith(value: unknown, end: string): boolean {
  return typeof value === 'string' && value.endsWith(`/${end}`);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export function controlFindings(
  reading: Reading,
  { see, connection = 1 }: Of<'ready' | 'gap' | 'end'>,
  has: unknown,
): Finding[] {
  const expected = `${see} with ${JSON.stringify(has)} on connection ${connection}`;
  const found = reading.connections[connection - 1]?.heard.find(({ name }) => name === see);
  if (found === undefined) return [finding(reading, expected, `no ${see}`)];
  return contains(found.said, has) ? [] : [finding(reading, expected, found.data, allHeard(reading).indexOf(found))];
}

export function frameFindings(reading: Reading, { word, nth = 1 }: Of<'frame'>, has: unknown): Finding[] {
  const expected = `${word}, the ${nth}. of them, with ${JSON.stringify(has)}`;
  const found = allHeard(reading).filter((heard) => isWord(heard.word, word))[nth - 1];
  if (found === undefined) return [finding(reading, expected, `no such ${word}`)];
  const value = found.said.kind === 'entry' ? found.said.frame : found.said;
  return contains(value, has) ? [] : [finding(reading, expected, found.data, allHeard(reading).indexOf(found))];
}

function isWord(word: string, wanted: string): boolean {
  return wanted.endsWith('*') ? word.startsWith(wanted.slice(0, -1)) : word === wanted;
}

export function openFindings(reading: Reading): Finding[] {
  const last = reading.connections.at(-1);
  const isOpen = last?.status === 200 && !last.isClosed;
  return isOpen ? [] : [finding(reading, 'a stream that stays open', `status ${last?.status}, closed by the server`)];
}

export function signsOfLifeFindings(reading: Reading, atLeast: number): Finding[] {
  const signs = reading.connections.flatMap(({ signsOfLife }) => signsOfLife);
  if (signs[0] === 0 && signs.length >= atLeast) return [];
  const expected = `a comment before anything else, and ${atLeast} in all`;
  return [finding(reading, expected, `${signs.length}, the first after ${signs[0] ?? 'no'} messages`)];
}
