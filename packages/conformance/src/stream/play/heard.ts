import { type DecodedMessage, type SseMessage, decodeMessage } from '@flovyn/events/sse';
import { wordOf } from './words.js';

/** A message of a stream as it came, with what it says. */
export interface Heard {
  /** The SSE `event`. */
  readonly name: string;
  /** The SSE `data`, as it stood there. */
  readonly data: string;
  /** The SSE `id`, if it had one. */
  readonly id: string | undefined;
  readonly said: DecodedMessage;
  /** What it says, in a word or two. */
  readonly word: string;
}

/** An entry as the contract has it: with a frame around it. */
export interface Entry extends Heard {
  readonly said: Extract<DecodedMessage, { readonly kind: 'entry' }>;
}

/** One answer of a server to one reader. */
export interface Connection {
  readonly url: string;
  /** The cursor it was opened with, if any. */
  readonly after: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  /** What was said in place of a stream. */
  readonly body: string;
  readonly heard: readonly Heard[];
  /** Comments, each with the number of messages that came before. */
  readonly signsOfLife: readonly number[];
  /** Whether the server closed it. */
  readonly isClosed: boolean;
}

/** Everything one reader was told, over all its connections. */
export interface Reading {
  readonly reader: string;
  readonly format: 'json' | 'plain';
  /** Whether some entries were not asked for. */
  readonly isFiltered: boolean;
  readonly scope: 'own' | 'family' | 'organisation';
  readonly connections: readonly Connection[];
}

export function toHeard(message: Extract<SseMessage, { readonly kind: 'message' }>, format: 'json' | 'plain'): Heard {
  const { event: name, data, id } = message;
  const said = decodeMessage(message, { format });
  return { name, data, id, said, word: wordOf(said) };
}

export function isEntry(heard: Heard): heard is Entry {
  return heard.said.kind === 'entry';
}

/** Whether it is an entry in either format, readable or not; everything else is a control word. */
export function isLine({ name }: Pick<Heard, 'name'>): boolean {
  return name !== 'ready' && name !== 'gap' && name !== 'end';
}

/** Everything a reader was told, in order. */
export function allHeard({ connections }: Reading): Heard[] {
  return connections.flatMap(({ heard }) => heard);
}

/** The entries a reader got, in order. */
export function entriesOf(reading: Reading): Entry[] {
  return allHeard(reading).filter(isEntry);
}
