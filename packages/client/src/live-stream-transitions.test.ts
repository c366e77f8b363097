import { ServiceError } from '@flovyn/protocol';
import { describe, expect, it } from 'vitest';

import { token } from '../test/support/log.js';
import { START } from './live-stream-position.js';
import type { LiveStreamEvent, LiveStreamState, Step, Track } from './live-stream-state.js';
import { begin, next } from './live-stream-transitions.js';
import { type Patience, defaultPatience } from './patience.js';

const NOW = 1_700_000_000_000;
const moment = { now: NOW, chance: 0.5 };
const error = new ServiceError('UNAVAILABLE', 'away');
const gone = new ServiceError('NOT_FOUND', 'gone');

/** Entries 1 to 3 of epoch e1 have been applied. */
const track: Track = {
  cursor: 'e1.3',
  position: { epoch: 'e1', seq: 3 },
  contiguous: true,
  isLog: true,
  failures: 0,
  holes: 0,
  leastDelayMs: 0,
  awaitedUntil: NOW,
  patience: defaultPatience,
  hasStood: true,
  downSince: undefined,
};
const fresh: Track = { ...track, cursor: undefined, position: START };

const states: { readonly [Name in LiveStreamState['name']]: Extract<LiveStreamState, { name: Name }> } = {
  connecting: { name: 'connecting', track },
  'catching-up': { name: 'catching-up', track, head: 5 },
  live: { name: 'live', track },
  waiting: { name: 'waiting', track, retryInMs: 250, error },
  ended: { name: 'ended', executionStatus: 'COMPLETED' },
  failed: { name: 'failed', error: gone },
  closed: { name: 'closed' },
};

const entryOf = (seq: number, epoch = 'e1') => {
  const frame = token(seq, 'x', { epoch });
  return { kind: 'entry', id: `${epoch}.${seq}`, frame } as const;
};
const entry = (seq: number, epoch?: string): LiveStreamEvent => ({ type: 'entry', entry: entryOf(seq, epoch) });
const gap = (from: number, to: number, reason: 'expired' | 'epoch' = 'expired'): LiveStreamEvent => ({
  type: 'gap',
  gap: { kind: 'gap', from, to, reason },
});
const refused = (outlook: 'hopeless' | 'not-yet' | 'later', retryAfterMs?: number): LiveStreamEvent => ({
  type: 'refused',
  error: gone,
  outlook,
  retryAfterMs,
});
const ready = (head: number, isPart = false): LiveStreamEvent => ({ type: 'ready', epoch: 'e1', head, isPart });
const lost = (healthyMs = 0): LiveStreamEvent => ({ type: 'lost', error, healthyMs });

/** One example of each event, for the table. */
const events: { readonly [Type in LiveStreamEvent['type']]: LiveStreamEvent } = {
  opened: { type: 'opened' },
  exhausted: { type: 'exhausted' },
  refused: refused('hopeless'),
  unreachable: { type: 'unreachable', error },
  ready: ready(3),
  entry: entry(4),
  gap: gap(4, 6),
  end: { type: 'end', status: 'COMPLETED' },
  'retry-hint': { type: 'retry-hint', delayMs: 4_000 },
  lost: lost(),
  due: { type: 'due' },
  nudged: { type: 'nudged' },
  closed: { type: 'closed' },
};

/** A step in one line: the state it leads to and what is done, a delivered message by its kind. */
function told({ state, effects }: Step): string {
  const done = effects.map((effect) => (effect.type === 'deliver' ? effect.message.kind : effect.type));
  return [state.name, ...done].join(' ');
}

const nothing = Object.fromEntries(Object.keys(events).map((type) => [type, '-'])) as Expected;
type Expected = { readonly [Type in LiveStreamEvent['type']]: string };

/** `-`: nothing happens at all. */
const table: { readonly [Name in LiveStreamState['name']]: Expected } = {
  connecting: {
    opened: 'catching-up status',
    exhausted: 'ended status announce-ready disconnect finish',
    refused: 'failed status disconnect fail',
    unreachable: 'waiting disconnect wait status',
    ready: '-',
    entry: '-',
    gap: '-',
    end: '-',
    'retry-hint': '-',
    lost: '-',
    due: '-',
    nudged: '-',
    closed: 'closed disconnect finish',
  },
  'catching-up': {
    opened: '-',
    exhausted: '-',
    refused: '-',
    unreachable: '-',
    ready: 'live announce-ready status',
    entry: 'catching-up entry',
    gap: 'live gap status',
    end: 'ended status disconnect finish',
    'retry-hint': 'catching-up',
    lost: 'waiting disconnect wait status',
    due: '-',
    nudged: '-',
    closed: 'closed disconnect finish',
  },
  live: {
    opened: '-',
    exhausted: '-',
    refused: '-',
    unreachable: '-',
    ready: '-',
    entry: 'live entry',
    gap: 'live gap',
    end: 'ended status disconnect finish',
    'retry-hint': 'live',
    lost: 'waiting disconnect wait status',
    due: '-',
    nudged: '-',
    closed: 'closed disconnect finish',
  },
  waiting: {
    opened: '-',
    exhausted: '-',
    refused: '-',
    unreachable: '-',
    ready: '-',
    entry: '-',
    gap: '-',
    end: '-',
    'retry-hint': '-',
    lost: '-',
    due: 'connecting connect status',
    nudged: 'connecting stop-waiting connect status',
    closed: 'closed stop-waiting finish',
  },
  ended: nothing,
  failed: nothing,
  closed: nothing,
};

describe('the table of a live stream', () => {
  const cells = Object.entries(table).flatMap(([name, row]) =>
    Object.entries(row).map(([type, outcome]) => [name, type, outcome] as const),
  );

  it.each(cells)('%s, %s: %s', (name, type, outcome) => {
    const before = states[name as LiveStreamState['name']];
    const step = next(before, events[type as LiveStreamEvent['type']], moment);
    if (outcome === '-') expect(step).toEqual({ state: before, effects: [] });
    else expect(told(step)).toBe(outcome);
  });
});

const after = (state: LiveStreamState, ...happened: readonly LiveStreamEvent[]): Step =>
  happened.reduce<Step>((step, event) => next(step.state, event, moment), { state, effects: [] });

const waitOf = (step: Step) => step.effects.find((effect) => effect.type === 'wait')?.delayMs;

describe('connecting', () => {
  it('L01 begins by asking for what follows the cursor, which it need not understand', () => {
    const { effects, state } = begin(
      { cursor: '42', contiguous: true, isLog: true, awaitCreationMs: 0, patience: defaultPatience },
      NOW,
    );
    expect(effects).toEqual([{ type: 'connect', cursor: '42' }]);
    expect(told(after(state, { type: 'opened' }, entry(900)))).toContain('entry');
  });

  it('L06 asks again for an id that may still come to exist, and then no longer', () => {
    const awaiting: LiveStreamState = { name: 'connecting', track: { ...fresh, awaitedUntil: NOW + 1 } };
    expect(waitOf(next(awaiting, refused('not-yet'), moment))).toBe(200);
    expect(told(next(awaiting, refused('not-yet'), { now: NOW + 1, chance: 0 }))).toContain('fail');
  });

  it('L06 takes the loss of something that was read as final', () => {
    const awaiting: LiveStreamState = { name: 'connecting', track: { ...track, awaitedUntil: NOW + 10_000 } };
    expect(told(next(awaiting, refused('not-yet'), moment))).toContain('fail');
  });
});

describe('waiting', () => {
  it('L08 waits longer after each failure, with full jitter, up to 30 s', () => {
    const delays: (number | undefined)[] = [];
    let state: LiveStreamState = states.connecting;
    for (let tries = 0; tries < 9; tries += 1) {
      const step = next(state, { type: 'unreachable', error }, moment);
      delays.push(waitOf(step));
      state = next(step.state, { type: 'due' }, moment).state;
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('L09 does what Retry-After says, within five minutes, and not all readers at once', () => {
    const after5 = (chance: number) => waitOf(next(states.connecting, refused('later', 5_000), { now: NOW, chance }));
    expect(after5(0)).toBe(5_000);
    expect(after5(0.9)).toBe(5_450);
    expect(waitOf(next(states.connecting, refused('later', 86_400_000), { now: NOW, chance: 0 }))).toBe(300_000);
  });

  it('L10 never waits less than the server asked for with retry', () => {
    expect(waitOf(after(states.live, events['retry-hint'], lost()))).toBe(4_000);
    const many: LiveStreamState = { name: 'live', track: { ...track, failures: 8 } };
    expect(waitOf(after(many, events['retry-hint'], lost()))).toBe(15_000);
  });

  it('L11 forgets its failures when a connection was heard for 30 s', () => {
    const many: LiveStreamState = { name: 'live', track: { ...track, failures: 8 } };
    expect(waitOf(next(many, lost(29_999), moment))).toBe(15_000);
    expect(waitOf(next(many, lost(30_000), moment))).toBe(250);
  });
});

describe('order', () => {
  it('L13 drops what it has had', () => {
    expect(next(states.live, entry(3), moment)).toEqual({ state: states.live, effects: [] });
    expect(next(states.live, entry(1), moment)).toEqual({ state: states.live, effects: [] });
  });

  it('L14 delivers nothing after a hole and asks again from its cursor', () => {
    const step = next(states.live, entry(5), moment);
    expect(told(step)).toBe('waiting disconnect wait status');
    expect(next(step.state, { type: 'due' }, moment).effects[0]).toEqual({ type: 'connect', cursor: 'e1.3' });
  });

  it('L14 takes a missing first entry for a hole', () => {
    expect(told(next({ name: 'live', track: fresh }, entry(2), moment))).toContain('disconnect');
    expect(told(next({ name: 'live', track: fresh }, entry(1), moment))).toBe('live entry');
  });

  it('L15 says a hole aloud when the server shows it again and again', () => {
    const stubborn: LiveStreamState = { name: 'live', track: { ...track, holes: 3 } };
    const step = next(stubborn, entry(7), moment);
    expect(step.effects.map((effect) => effect.type === 'deliver' && effect.message)).toEqual([
      { kind: 'gap', from: 4, to: 6, reason: 'missing' },
      entryOf(7),
    ]);
    expect(step.state).toMatchObject({ track: { holes: 0, cursor: 'e1.7' } });
  });

  it('L15 the same before a gap that begins too late', () => {
    const stubborn: LiveStreamState = { name: 'live', track: { ...track, holes: 3 } };
    expect(told(next(states.live, gap(6, 9), moment))).toContain('disconnect');
    expect(told(next(stubborn, gap(6, 9), moment))).toBe('live gap gap');
  });

  it('L16 goes on into a new epoch with the next number', () => {
    expect(told(after(states.live, entry(4, 'e2'), entry(5, 'e2')))).toBe('live entry');
  });

  it('L16 takes numbers that were given again without a word for a hole', () => {
    expect(told(next(states.live, entry(2, 'e2'), moment))).toContain('disconnect');
    const stubborn: LiveStreamState = { name: 'live', track: { ...track, holes: 3 } };
    expect(next(stubborn, entry(2, 'e2'), moment).effects[0]).toMatchObject({ message: { reason: 'epoch', from: 2 } });
  });

  it('L17 goes on after a gap, and knows it when it is said again', () => {
    const { state } = next(states.live, gap(4, 6), moment);
    expect(next(state, gap(4, 6), moment).effects).toEqual([]);
    expect(told(next(state, entry(7), moment))).toBe('live entry');
    expect(told(next(state, entry(8), moment))).toContain('disconnect');
  });

  it('L17 goes on with the first number of a lost epoch, which is given again', () => {
    const { state } = next(states.live, gap(2, 3, 'epoch'), moment);
    expect(told(next(state, entry(2, 'e2'), moment))).toBe('live entry');
    expect(told(after(state, entry(2, 'e2'), entry(2, 'e2')))).toBe('live');
    expect(told(next(state, entry(3, 'e2'), moment))).toContain('disconnect');
  });

  it('L17 knows a lost epoch when it is said again after a reconnect, and hears of another one', () => {
    const { state } = next(states.live, gap(2, 3, 'epoch'), moment);
    expect(next(state, gap(2, 3, 'epoch'), moment)).toEqual({ state, effects: [] });
    expect(told(after(state, entry(2, 'e2'), gap(2, 2, 'epoch')))).toBe('live gap');
  });

  it('L17 tells what has expired besides', () => {
    expect(told(after(states.live, gap(2, 3, 'epoch'), gap(2, 6), entry(7, 'e2')))).toBe('live entry');
  });

  it('L18 finds no holes in a filtered stream, and still no repeats', () => {
    const filtered: LiveStreamState = { name: 'live', track: { ...track, contiguous: false } };
    expect(told(next(filtered, entry(9), moment))).toBe('live entry');
    expect(told(after(filtered, entry(9), entry(9)))).toBe('live');
    expect(told(next(filtered, gap(8, 9), moment))).toBe('live gap');
  });

  it('L19 counts what it cannot read, and delivers even what has no number', () => {
    const future = { kind: 'unknown', name: 'NEW', raw: {}, id: 'e1.4' } as const;
    const step = next(states.live, { type: 'entry', entry: future }, moment);
    expect(step.effects).toEqual([{ type: 'deliver', message: future }]);
    expect(step.state).toMatchObject({ track: { cursor: 'e1.4' } });

    const junk = { kind: 'malformed', reason: 'no id', raw: '?' } as const;
    expect(next(states.live, { type: 'entry', entry: junk }, moment)).toEqual({
      state: states.live,
      effects: [{ type: 'deliver', message: junk }],
    });
  });
});

describe('being live', () => {
  it('L22 is live with the entry that was the newest when the stream was opened', () => {
    expect(told(next(states['catching-up'], entry(4), moment))).toBe('catching-up entry');
    expect(told(after(states['catching-up'], entry(4), entry(5)))).toBe('live entry status');
  });

  it('L22 is catching up while ready says that more was there', () => {
    const opened: LiveStreamState = { name: 'catching-up', track, head: undefined };
    expect(next(opened, ready(9), moment)).toEqual({
      state: { name: 'catching-up', track, head: 9 },
      effects: [
        { type: 'announce-ready' },
        { type: 'deliver', message: { kind: 'status', status: { state: 'catching-up', head: 9 } } },
      ],
    });
  });

  it('L22 is live at once when there is nothing yet, even after a cursor it cannot read', () => {
    const opened: LiveStreamState = { name: 'catching-up', track: { ...track, position: 'anywhere' }, head: undefined };
    expect(told(next(opened, ready(0), moment))).toBe('live announce-ready status');
  });

  it('L22 is live at once when filtered, because the newest entry may never be shown', () => {
    const opened: LiveStreamState = { name: 'catching-up', track: { ...track, contiguous: false }, head: undefined };
    expect(told(next(opened, ready(900), moment))).toBe('live announce-ready status');
  });
});

describe('a live view of an organisation', () => {
  const view = { ...track, contiguous: false, isLog: false };
  const live: LiveStreamState = { name: 'live', track: view };

  it('L33 begins where ready says, so that what follows is asked for after a cut', () => {
    const opened: LiveStreamState = {
      name: 'catching-up',
      track: { ...fresh, contiguous: false, isLog: false },
      head: undefined,
    };
    const { state } = after(opened, ready(7), lost());
    expect(next(state, { type: 'due' }, moment).effects[0]).toEqual({ type: 'connect', cursor: 'e1.7' });
    expect(told(after(opened, ready(7), entry(7), entry(12)))).toBe('live entry');
  });

  it('L33 keeps the cursor it has, whatever ready says', () => {
    const opened: LiveStreamState = { name: 'catching-up', track: view, head: undefined };
    expect(after(opened, ready(9)).state).toMatchObject({ track: { cursor: 'e1.3' } });
  });

  it('L34 tells every gap, also one it was told before', () => {
    expect(told(after(live, gap(1, 3, 'epoch')))).toBe('live gap');
    expect(told(after(live, gap(1, 3, 'epoch'), gap(1, 3, 'epoch')))).toBe('live gap');
    expect(told(after(live, gap(2, 3)))).toBe('live gap');
    const first: LiveStreamState = { name: 'live', track: { ...fresh, contiguous: false, isLog: false } };
    expect(told(after(first, gap(1, 1, 'epoch')))).toBe('live gap');
  });

  it('L34 goes on after a gap with whatever comes', () => {
    expect(told(after(live, gap(1, 3, 'epoch'), entry(9, 'e2')))).toBe('live entry');
    expect(told(after(live, gap(1, 3, 'epoch'), entry(1, 'e2')))).toBe('live entry');
  });
});

describe('patience', () => {
  const away: LiveStreamEvent = { type: 'unreachable', error };
  const told = (patience: Partial<Patience>, hasStood = true) => ({
    ...track,
    hasStood,
    patience: { ...defaultPatience, ...patience },
  });
  const after = (track: Track, event: LiveStreamEvent, name: 'connecting' | 'live' = 'connecting', now = NOW) =>
    next({ name, track }, event, { ...moment, now }).state;

  it.each([
    ['never', true, 'failed'],
    ['never', false, 'failed'],
    ['once-ready', true, 'waiting'],
    ['once-ready', false, 'failed'],
    ['always', false, 'waiting'],
  ] as const)('L29 told to come back %s (stood before: %s), a stream that fails is %s', (reconnect, hasStood, name) => {
    for (const event of [away, refused('later')]) {
      expect(after(told({ reconnect }, hasStood), event)).toMatchObject({ name });
    }
    expect(after(told({ reconnect }, hasStood), lost(), 'live')).toMatchObject({ name });
  });

  it('L29 an id that is awaited is waited for all the same', () => {
    const awaiting = { ...told({ reconnect: 'never' }), cursor: undefined, awaitedUntil: NOW + 1 };
    expect(after(awaiting, refused('not-yet'))).toMatchObject({ name: 'waiting' });
  });

  it('L30 ends with the first failure after the limit for all tries', () => {
    const begun = after(told({ outageMs: 1_000 }), lost(), 'live');
    expect(begun).toMatchObject({ name: 'waiting', track: { downSince: NOW } });
    if (begun.name !== 'waiting') throw new Error('it waits');
    expect(after(begun.track, away, 'connecting', NOW + 999)).toMatchObject({ name: 'waiting' });
    const given = after(begun.track, away, 'connecting', NOW + 1_000);
    expect(given).toMatchObject({ name: 'failed', error: { code: 'DEADLINE_EXCEEDED' } });
    const again = next({ name: 'catching-up', track: begun.track, head: undefined }, ready(9), moment);
    expect(again.state).toMatchObject({ track: { downSince: undefined, hasStood: true } });
  });
});
