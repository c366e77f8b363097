import type { StreamEvent } from '@flovyn/events';

/**
 * One promise of streams: what to do to a server, and what its readers must have seen then. Plain JSON, so that a harness
 * in any language can play it.
 *
 * Executions and tasks have names in a case (`flow`, `job`); whoever plays it gives them ids, kinds and a queue that
 * nobody else uses.
 */
export interface StreamCase {
  /** Unique in the suite, for people and for `--only`. */
  readonly id: string;
  /** Number of the promise it holds a server to. */
  readonly promise: string;
  /** What a server does that keeps it. */
  readonly title: string;
  /** Done one after the other. */
  readonly steps: readonly Step[];
  /** Looked at when all steps are done and all readers have left. */
  readonly expect: readonly Expectation[];
  /** Takes longer than all others: played only when asked for. */
  readonly isSlow?: true;
}

/** Something that somebody does to the server. */
export type Step = CallerStep | WorkerStep | SessionStep | ReaderStep;

/** What the people's door is asked for. */
export type CallerStep =
  | { readonly do: 'start-workflow'; readonly name: string }
  | { readonly do: 'start-task'; readonly name: string; readonly maxRetries: number }
  | { readonly do: 'signal'; readonly to: string }
  | { readonly do: 'cancel'; readonly what: string }
  | { readonly do: 'retry'; readonly what: string }
  | { readonly do: 'settle-promise'; readonly of: string; readonly name: string; readonly how: 'resolve' | 'reject' };

/** What a worker does, by single calls. */
export type WorkerStep =
  /** Takes a turn of a workflow and ends it. */
  | {
      readonly do: 'turn';
      readonly of: string;
      readonly commands: readonly Wish[];
      readonly then: TurnEnd;
      /** What it says that it waits for; nothing when absent. */
      readonly reason?: string;
    }
  /** Takes an attempt of a task. */
  | { readonly do: 'take'; readonly task: string }
  /** Streams from the attempt it has, one call after the other. */
  | { readonly do: 'say'; readonly task: string; readonly events: readonly StreamEvent[]; readonly mayBeRefused?: true }
  | { readonly do: 'report'; readonly task: string; readonly progress: number; readonly details: string }
  | { readonly do: 'complete'; readonly task: string }
  | { readonly do: 'fail'; readonly task: string; readonly error: string };

/** What a worker does over a session, where attempts are claimed by a token and output is numbered from 0. */
export type SessionStep =
  /** Takes an attempt; `claim` is what the case calls it. */
  | { readonly do: 'session-take'; readonly task: string; readonly claim: string }
  /** Streams tokens, of which the first one has this number. */
  | {
      readonly do: 'session-say';
      readonly claim: string;
      readonly first: number;
      readonly texts: readonly string[];
      readonly answer?: SessionVerdict;
    }
  /** `entries` is how many it has streamed, `lost` how many it had to give up. */
  | {
      readonly do: 'session-complete';
      readonly claim: string;
      readonly entries: number;
      readonly lost: number;
      readonly answer?: SessionVerdict;
    }
  | { readonly do: 'session-fail'; readonly claim: string; readonly entries: number; readonly error: string };

/** What the server has to say of an item, in place of accepting it; `either` leaves it to the server. */
export type SessionVerdict = 'refused' | 'either';

/** How a turn ends. */
export type TurnEnd = 'suspend' | 'complete' | 'fail' | 'cancel';

/** What the code of a workflow wants. */
export type Wish =
  | { readonly want: 'task'; readonly name: string; readonly maxRetries: number }
  | { readonly want: 'child'; readonly name: string }
  | { readonly want: 'timer'; readonly name: string; readonly ms: number }
  | { readonly want: 'timer-cancelled'; readonly name: string }
  | { readonly want: 'promise'; readonly name: string; readonly timeoutMs?: number }
  | { readonly want: 'operation'; readonly name: string }
  | { readonly want: 'state'; readonly key: string; readonly value: string }
  | { readonly want: 'state-cleared'; readonly key: string };

/** What a reader does. One that is not told to leave reads until the server closes. */
export type ReaderStep =
  | ({ readonly do: 'open'; readonly reader: string } & Opening)
  /** Waits until the reader has so many entries in all. */
  | { readonly do: 'await'; readonly reader: string; readonly entries: number }
  /** Waits until the reader has heard so many comments. */
  | { readonly do: 'await-signs-of-life'; readonly reader: string; readonly count: number }
  /** Leaves without a word. */
  | { readonly do: 'cut'; readonly reader: string }
  /** Stays connected and takes nothing, until it wakes. */
  | { readonly do: 'stall'; readonly reader: string }
  | { readonly do: 'wake'; readonly reader: string }
  /** Connects again after the last entry it has, as it was opened first. */
  | { readonly do: 'resume'; readonly reader: string; readonly entries?: number }
  /** Reads until the server closes. */
  | { readonly do: 'drain'; readonly reader: string }
  /** Reads everything over connections that are cut after so many entries each. */
  | ({ readonly do: 'read-in-pieces'; readonly reader: string; readonly every: number } & Opening);

/** How a stream is asked for. */
export interface Opening {
  /** Whose stream; `nobody` is an id that does not exist. */
  readonly of: string;
  /** The execution's own stream when absent. */
  readonly scope?: 'own' | 'family' | 'organisation';
  /** Sent as `Last-Event-ID`. */
  readonly after?: Cursor;
  /** Sent as `lastEventId` in the address. */
  readonly afterInQuery?: Cursor;
  readonly types?: string;
  readonly format?: 'json' | 'plain';
  /** More of the query, as it stands in an address. */
  readonly query?: string;
  /** Which server, counted round; each reader takes the next one when absent. */
  readonly at?: number;
  /** Leaves after so many entries. */
  readonly entries?: number;
  /** Leaves after so many bytes, wherever they end. */
  readonly bytes?: number;
  /** Goes on without waiting for an answer: what it asks for may not exist yet. */
  readonly isEarly?: true;
  /** In place of what is usual. */
  readonly request?: Request;
}

/** What is unusual about a request. */
export interface Request {
  readonly method?: string;
  readonly key?: string;
  /** Below `/api/orgs/<org>`; `{flow}` stands for the id of what has that name. */
  readonly path?: string;
  readonly org?: string;
}

/** A cursor as a text of one's own, or the id that another reader got with its n-th entry; -1 is its last. */
export type Cursor = string | { readonly reader: string; readonly entry: number };

/**
 * What must be so. Words stand for entries: the name of a state event; `token Hello`, `progress 0.5`, `data {"a":1}` and
 * `error text` for output; `gap` and `end` for themselves.
 */
export type Expectation =
  /** Numbered from 1 without a hole in one epoch, in a legal order, ended once, closed by the server. */
  | { readonly see: 'whole'; readonly reader: string }
  /** Exactly these entries and control words but `ready`, over all connections. */
  | { readonly see: 'words'; readonly reader: string; readonly words: readonly string[] }
  /** Among others, these in this order. */
  | { readonly see: 'in-order'; readonly reader: string; readonly words: readonly string[] }
  | { readonly see: 'never'; readonly reader: string; readonly words: readonly string[] }
  /** Every reader got the same entries, to the byte. */
  | { readonly see: 'same'; readonly readers: readonly string[] }
  /** The entries are those another reader got after its n-th, to the byte. */
  | { readonly see: 'rest-of'; readonly reader: string; readonly of: string; readonly after: number }
  /**
   * The n-th entry with this word holds this, and maybe more; `{job}` in a text stands for an id. A word that ends with a
   * star stands for all that begin like it.
   */
  | {
      readonly see: 'frame';
      readonly reader: string;
      readonly word: string;
      readonly nth?: number;
      readonly has: Readonly<Record<string, unknown>>;
    }
  /** A control frame of the n-th connection, the first when absent, holds this. */
  | {
      readonly see: 'ready' | 'gap' | 'end';
      readonly reader: string;
      readonly connection?: number;
      readonly has: Readonly<Record<string, unknown>>;
    }
  /** How the n-th connection was answered; the last when absent. */
  | { readonly see: 'status'; readonly reader: string; readonly is: number }
  /** Refused with problem+json. */
  | { readonly see: 'problem'; readonly reader: string; readonly status: number; readonly type: string }
  | { readonly see: 'header'; readonly reader: string; readonly name: string; readonly is: string | null }
  /** The very event names and data of the entries, as the plain format has them. */
  | { readonly see: 'plain'; readonly reader: string; readonly entries: readonly (readonly [string, string])[] }
  /** Still connected when the case was over. */
  | { readonly see: 'open'; readonly reader: string }
  /** A sign of life that is no message came first, and so many in all. */
  | { readonly see: 'signs-of-life'; readonly reader: string; readonly atLeast: number }
  /** State events stand in the order of the facts in the history. */
  | { readonly see: 'history'; readonly reader: string; readonly of: string }
  /** What REST says it answers for is the cursor of the last entry. */
  | { readonly see: 'as-of'; readonly reader: string; readonly of: string }
  /** One numbering of the whole family without a hole, in which the stream of each member is whole. */
  | { readonly see: 'family'; readonly reader: string; readonly members: readonly string[] };

/** What an expectation is called. */
export type ExpectationName = Expectation['see'];
