import { type Cursor, formatCursor, parseCursor } from '@flovyn/events';
import type { UndecodedMessage } from '@flovyn/events/sse';
import { ServiceError } from '@flovyn/protocol';

import { MAX_ASKED_DELAY_MS, askedDelayMs, backOffMs } from './back-off.js';
import type { StreamEntry, StreamGap } from './live-stream-message.js';
import { START, afterGap, gapOfHole, judgeEntry, judgeGap } from './live-stream-position.js';
import {
  CREATION_POLL_MS,
  HEALTHY_AFTER_MS,
  HOLE_TRIES,
  type LiveStreamEffect,
  type LiveStreamEvent,
  type LiveStreamState,
  type Moment,
  type Step,
  type Track,
  isFinal,
  statusOf,
} from './live-stream-state.js';

type StateName = LiveStreamState['name'];
type EventType = LiveStreamEvent['type'];
type In<Name extends StateName> = Extract<LiveStreamState, { name: Name }>;
type On<Type extends EventType> = Extract<LiveStreamEvent, { type: Type }>;
type Cell<Name extends StateName, Type extends EventType> = (state: In<Name>, event: On<Type>, moment: Moment) => Step;
type Table = { readonly [Name in StateName]: { readonly [Type in EventType]: Cell<Name, Type> } };

/** A state with an open connection. */
type Open = In<'catching-up' | 'live'>;

/** How a stream starts. */
export interface Beginning {
  /** Continue after this cursor; without one, from the first entry that is kept. */
  readonly cursor: string | undefined;
  /** Whether every number is expected: without a filter, a hole is something missing. */
  readonly contiguous: boolean;
  /** Whether what was read stays true: false for a live view, whose every gap means that it must be loaded again. */
  readonly isLog: boolean;
  /** How long an id that does not exist is taken for one about to exist, in milliseconds. */
  readonly awaitCreationMs: number;
  /** How long to wait, and for what. */
  readonly patience: Track['patience'];
}

/** The first step: connecting. */
export function begin({ cursor, contiguous, isLog, awaitCreationMs, patience }: Beginning, now: number): Step {
  const position = cursor === undefined ? START : (parseCursor(cursor) ?? 'anywhere');
  const awaitedUntil = now + awaitCreationMs;
  return connect({
    cursor,
    position,
    contiguous,
    isLog,
    failures: 0,
    holes: 0,
    leastDelayMs: 0,
    awaitedUntil,
    patience,
    hasStood: false,
    downSince: undefined,
  });
}

/** What an event makes of a state, and what is to be done about it. */
export function next(state: LiveStreamState, event: LiveStreamEvent, moment: Moment): Step {
  // The cell is found by the state's and the event's own names, so it takes both; the compiler cannot see that.
  const cell = TABLE[state.name][event.type] as (state: LiveStreamState, event: LiveStreamEvent, at: Moment) => Step;
  const step = cell(state, event, moment);
  if (step.state === state || isSaid(state, step.state)) return step;
  const change: LiveStreamEffect = { type: 'deliver', message: { kind: 'status', status: statusOf(step.state) } };
  // A finished stream takes no more messages, so the last word comes before its effects.
  return { state: step.state, effects: isFinal(step.state) ? [change, ...step.effects] : [...step.effects, change] };
}

/** Whether the reader knows the new state's status already. Each wait is news: it has its own delay and reason. */
function isSaid(before: LiveStreamState, after: LiveStreamState): boolean {
  if (after.name === 'catching-up') return before.name === 'catching-up' && before.head === after.head;
  return after.name === before.name || after.name === 'closed';
}

const stay = (state: LiveStreamState): Step => ({ state, effects: [] });

/** For events that only the connection in use may cause: this state has none, so it is an echo of an old one. */
const stale = stay;

const TABLE: Table = {
  connecting: {
    opened: ({ track }) => ({ state: { name: 'catching-up', track, head: undefined }, effects: [] }),
    exhausted: () => ({
      state: { name: 'ended', executionStatus: undefined },
      effects: [{ type: 'announce-ready' }, { type: 'disconnect' }, { type: 'finish' }],
    }),
    refused: ({ track }, event, moment) => afterRefusal(track, event, moment),
    unreachable: ({ track }, { error }, moment) => backOff(failed(track), error, moment),
    ready: stale,
    entry: stale,
    gap: stale,
    end: stale,
    'retry-hint': stale,
    lost: stale,
    due: stay,
    nudged: stay,
    closed: () => close({ type: 'disconnect' }),
  },
  'catching-up': {
    opened: stale,
    exhausted: stale,
    refused: stale,
    unreachable: stale,
    ready(state, { epoch, head, isPart }) {
      const contiguous = state.track.contiguous && !isPart;
      const track = { ...placed(state.track, epoch, head), contiguous, hasStood: true, downSince: undefined };
      return {
        state: hasReached(track, head) ? { name: 'live', track } : { name: 'catching-up', track, head },
        effects: [{ type: 'announce-ready' }],
      };
    },
    entry: takeEntry,
    gap: takeGap,
    end,
    'retry-hint': heed,
    lost,
    due: stay,
    nudged: stay,
    closed: () => close({ type: 'disconnect' }),
  },
  live: {
    opened: stale,
    exhausted: stale,
    refused: stale,
    unreachable: stale,
    // Said once per connection; said twice, it changes nothing.
    ready: stay,
    entry: takeEntry,
    gap: takeGap,
    end,
    'retry-hint': heed,
    lost,
    due: stay,
    nudged: stay,
    closed: () => close({ type: 'disconnect' }),
  },
  waiting: {
    opened: stale,
    exhausted: stale,
    refused: stale,
    unreachable: stale,
    ready: stale,
    entry: stale,
    gap: stale,
    end: stale,
    'retry-hint': stale,
    lost: stale,
    due: ({ track }) => connect(track),
    nudged: ({ track }) => connect(track, { type: 'stop-waiting' }),
    closed: () => close({ type: 'stop-waiting' }),
  },
  ended: final(),
  failed: final(),
  closed: final(),
};

/** A row in which nothing happens any more. */
function final(): { readonly [Type in EventType]: typeof stay } {
  return {
    opened: stale,
    exhausted: stale,
    refused: stale,
    unreachable: stale,
    ready: stale,
    entry: stale,
    gap: stale,
    end: stale,
    'retry-hint': stale,
    lost: stale,
    due: stay,
    nudged: stay,
    closed: stay,
  };
}

function connect(track: Track, ...before: LiveStreamEffect[]): Step {
  return { state: { name: 'connecting', track }, effects: [...before, { type: 'connect', cursor: track.cursor }] };
}

function close(effect: LiveStreamEffect): Step {
  return { state: { name: 'closed' }, effects: [effect, { type: 'finish' }] };
}

function end(_state: Open, { status }: On<'end'>): Step {
  return { state: { name: 'ended', executionStatus: status }, effects: [{ type: 'disconnect' }, { type: 'finish' }] };
}

function lost({ track }: Open, { error, healthyMs }: On<'lost'>, moment: Moment): Step {
  return backOff(failed(healthyMs < HEALTHY_AFTER_MS ? track : { ...track, failures: 0 }), error, moment);
}

function heed<State extends Open>(state: State, { delayMs }: On<'retry-hint'>): Step {
  const leastDelayMs = Math.min(delayMs, MAX_ASKED_DELAY_MS);
  return { state: { ...state, track: { ...state.track, leastDelayMs } }, effects: [] };
}

function afterRefusal(track: Track, { error, outlook, retryAfterMs }: On<'refused'>, moment: Moment): Step {
  // Something that has been read from exists; that it is gone now is final.
  const mayStillCome = outlook === 'not-yet' && track.cursor === undefined && moment.now < track.awaitedUntil;
  if (mayStillCome) return pause(track, error, CREATION_POLL_MS);
  if (outlook !== 'later') return fail(error);
  if (retryAfterMs === undefined) return backOff(failed(track), error, moment);
  return wait(failed(track), error, askedDelayMs(retryAfterMs, moment.chance), moment);
}

function failed(track: Track): Track {
  return { ...track, failures: track.failures + 1 };
}

function fail(error: ServiceError): Step {
  return { state: { name: 'failed', error }, effects: [{ type: 'disconnect' }, { type: 'fail', error }] };
}

function backOff(track: Track, error: ServiceError, moment: Moment): Step {
  return wait(track, error, Math.max(track.leastDelayMs, backOffMs(track.failures, moment.chance)), moment);
}

/** Waits for another try, as long as there is patience for one. */
function wait(track: Track, error: ServiceError, delayMs: number, { now }: Moment): Step {
  const { reconnect, outageMs } = track.patience;
  if (reconnect === 'never' || (reconnect === 'once-ready' && !track.hasStood)) return fail(error);
  const downSince = track.downSince ?? now;
  if (now - downSince < outageMs) return pause({ ...track, downSince }, error, delayMs);
  const why = `There was no connection for ${outageMs} ms. The last try: ${error.message}`;
  return fail(new ServiceError('DEADLINE_EXCEEDED', why, { cause: error }));
}

function pause(track: Track, error: ServiceError, delayMs: number): Step {
  const retryInMs = Math.round(delayMs);
  return {
    state: { name: 'waiting', track, retryInMs, error },
    effects: [{ type: 'disconnect' }, { type: 'wait', delayMs: retryInMs }],
  };
}

/** A live view begins with what comes next, so the newest entry is where its reader stands. */
function placed(track: Track, epoch: string, seq: number): Track {
  if (track.isLog || track.cursor !== undefined) return track;
  return { ...track, cursor: formatCursor({ epoch, seq }), position: { epoch, seq } };
}

/** Whether the newest entry has been applied. A filtered stream cannot tell, because it may never be sent that one. */
function hasReached({ position, contiguous }: Track, head: number): boolean {
  return !contiguous || head === 0 || (position !== 'anywhere' && position.seq >= head);
}

function takeEntry(state: Open, { entry }: On<'entry'>, moment: Moment): Step {
  const at = placeOf(entry);
  // Without a number it cannot be judged; the next numbered one shows whether it counted.
  if (at === undefined) return { state, effects: [{ type: 'deliver', message: entry }] };
  const { track } = state;
  switch (judgeEntry(track.position, at, track.contiguous)) {
    case 'known':
      return stay(state);
    case 'hole':
      if (track.holes < HOLE_TRIES) return askAgain(state, at.seq, moment);
      return advance(state, at, entry.id ?? formatCursor(at), [...holeAsGap(track, at.seq), entry]);
    case 'next':
      return advance(state, at, entry.id ?? formatCursor(at), [entry]);
  }
}

function takeGap(state: Open, { gap }: On<'gap'>, moment: Moment): Step {
  const { track } = state;
  const verdict = track.isLog ? judgeGap(track.position, gap, track.contiguous) : 'next';
  if (verdict === 'known') return stay(state);
  if (verdict === 'hole' && track.holes < HOLE_TRIES) return askAgain(state, gap.from, moment);
  // The cursor stays: a gap has none of its own, and one said twice is known by its numbers.
  const missed = verdict === 'hole' ? holeAsGap(track, gap.from) : [];
  return advance(state, afterGap(track.position, gap), track.cursor, [...missed, gap]);
}

function advance(
  state: Open,
  position: Track['position'],
  cursor: string | undefined,
  messages: readonly (StreamEntry | UndecodedMessage | StreamGap)[],
): Step {
  const track = { ...state.track, position, cursor, holes: 0 };
  const caughtUp = state.name === 'live' || (state.head !== undefined && hasReached(track, state.head));
  return {
    state: caughtUp ? { name: 'live', track } : { ...state, track },
    effects: messages.map((message) => ({ type: 'deliver', message })),
  };
}

/** One connection keeps order, so what was left out will not come later on it: continue from the cursor on another. */
function askAgain({ track }: Open, found: number, moment: Moment): Step {
  const expected = track.position === 'anywhere' ? 'any entry' : `entry ${track.position.seq + 1}`;
  const error = new ServiceError(
    'ABORTED',
    `The stream showed entry ${found} where ${expected} belongs; asking again.`,
  );
  return backOff({ ...failed(track), holes: track.holes + 1 }, error, moment);
}

function holeAsGap({ position }: Track, found: number): StreamGap[] {
  return position === 'anywhere' ? [] : [gapOfHole(position, found)];
}

function placeOf(entry: StreamEntry | UndecodedMessage): Cursor | undefined {
  const written = entry.id === undefined ? undefined : parseCursor(entry.id);
  return written ?? (entry.kind === 'entry' ? entry.frame : entry.head);
}
