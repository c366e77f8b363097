import type { Json, JsonObject } from '../json.js';
import type { JsonSchema } from '../schema/document.js';

/** What is said about one event beside its schema. Each member may be left out; one this package does not know may be there. */
export interface EventEntry {
  /** Its definition below `$defs`; the event's own name unless it says otherwise. */
  readonly definition?: string;
  /** Name of the server-sent event it travels in. */
  readonly sse?: string;
  /** Whether something ends with it. */
  readonly terminal?: boolean | string;
  /** Its number in a binary protocol. */
  readonly number?: number;
  /** Since when, and what to use instead. */
  readonly deprecated?: Json;
  /** Words for people. */
  readonly doc?: string;
  /** The version that brought it: words for people. */
  readonly since?: string;
  readonly [other: string]: Json | undefined;
}

/**
 * A contract at a glance: its events by name, and whatever else was promised. Every member but `version` and hashes counts
 * when it changes; one this package does not know counts as breaking.
 */
export interface ContractManifest {
  readonly version: string;
  /** What is announced. Readers let names pass that they do not know. */
  readonly events: Readonly<Record<string, EventEntry>>;
  /** More events, in a group of their own. */
  readonly streamEvents?: Readonly<Record<string, EventEntry>>;
  /** Words between the events. */
  readonly controls?: Readonly<Record<string, EventEntry>>;
  /** What every event travels in. */
  readonly frame?: EventEntry;
  /** Version of the frame. */
  readonly frameVersion?: number;
  /** Pattern of the ids that readers continue after. */
  readonly idSyntax?: string;
  /** Lists of words that may grow. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  /** Numbers of words in a binary protocol, by the name of their list. */
  readonly protocolNumbers?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Which durable facts are announced as which event, or why not. */
  readonly history?: Readonly<Record<string, Json>>;
  /** How much there may be of something. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly [other: string]: unknown;
}

/** One version of a contract: a union of named events. */
export interface Contract {
  readonly manifest: ContractManifest;
  /** A JSON Schema whose `$defs` hold the events. */
  readonly schema: JsonSchema;
  /** Hashes of stored samples by name; a sample never changes. */
  readonly golden?: Readonly<Record<string, string>>;
}

/** The definitions of a contract's schema. */
export function definitionsOf({ schema }: Contract): JsonObject {
  const definitions = typeof schema === 'object' ? schema['$defs'] : undefined;
  return (definitions ?? {}) as JsonObject;
}

/** The groups a contract may have its events in. */
export const GROUPS = ['events', 'streamEvents', 'controls'] as const;

/** Every entry of a contract by its name. */
export function entriesOf({ manifest }: Contract): Readonly<Record<string, EventEntry>> {
  return Object.assign({}, ...GROUPS.map((group) => manifest[group] ?? {})) as Record<string, EventEntry>;
}
