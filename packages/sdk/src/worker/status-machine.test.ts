import { describe, expect, it } from 'vitest';
import { WorkerControlError } from '../errors.js';
import { type StatusChange, type StatusChangeType, TRANSITIONS, statusAfter } from './status-machine.js';
import type { WorkerState, WorkerStatus } from './worker-status.js';

const at = new Date(1_000);
const later = new Date(2_000);

const STATUSES: { readonly [State in WorkerState]: Extract<WorkerStatus, { readonly state: State }> } = {
  initializing: { state: 'initializing' },
  registering: { state: 'registering' },
  running: { state: 'running', startedAt: at, serverWorkerId: 'w' },
  paused: { state: 'paused', reason: 'lunch' },
  reconnecting: { state: 'reconnecting', attempts: 2, disconnectedAt: at, lastError: 'cut' },
  shuttingDown: { state: 'shuttingDown', requestedAt: at, inFlightCount: 3 },
  stopped: { state: 'stopped', stoppedAt: at, reason: { kind: 'graceful' } },
};

const CHANGES: { readonly [Type in StatusChangeType]: Extract<StatusChange, { readonly type: Type }> } = {
  begin: { type: 'begin' },
  connected: { type: 'connected', startedAt: later, serverWorkerId: 'w' },
  disconnected: { type: 'disconnected', at: later, error: 'gone' },
  retry: { type: 'retry', at: later, attempt: 4, lastError: 'refused' },
  pause: { type: 'pause', reason: 'night' },
  resume: { type: 'resume', startedAt: later, serverWorkerId: 'w' },
  shutDown: { type: 'shutDown', at: later, inFlightCount: 5 },
  finishOne: { type: 'finishOne', at: later, inFlightCount: 1 },
  end: { type: 'end', at: later, reason: { kind: 'error', message: 'gone' } },
};

const states = Object.keys(STATUSES) as WorkerState[];
const types = Object.keys(CHANGES) as StatusChangeType[];

/** What the owner hears, said once more and by hand: the table is not its own proof. */
const REFUSED: Record<WorkerState, readonly [kind: WorkerControlError['kind'], ...wishes: StatusChangeType[]]> = {
  initializing: ['notRunning', 'pause', 'resume'],
  registering: ['notRunning', 'begin', 'pause', 'resume'],
  running: ['invalidState', 'begin', 'resume'],
  paused: ['invalidState', 'begin', 'pause'],
  reconnecting: ['invalidState', 'begin', 'resume'],
  shuttingDown: ['shuttingDown', 'begin', 'pause', 'resume'],
  stopped: ['notRunning', 'begin', 'pause', 'resume'],
};

describe('the status of a worker', () => {
  it.each(states.flatMap((state) => types.map((type) => [state, type] as const)))('%s, %s', (state, type) => {
    const before = STATUSES[state];
    const cell = TRANSITIONS[state][type];
    const [kind, ...wishes] = REFUSED[state];
    expect(cell === 'refused').toBe(wishes.includes(type));
    if (cell === 'refused') {
      expect(() => statusAfter(before, CHANGES[type])).toThrow(expect.objectContaining({ kind }));
      return;
    }
    const after = statusAfter(before, CHANGES[type]);
    if (cell === 'same') expect(after).toBe(before);
    else expect(after.state).toBe(cell);
  });

  it('carries the members of its state, and no others', () => {
    const after = (state: WorkerState, type: StatusChangeType): WorkerStatus =>
      statusAfter(STATUSES[state], CHANGES[type]);
    expect(after('initializing', 'begin')).toEqual({ state: 'registering' });
    expect(after('registering', 'connected')).toEqual({ state: 'running', startedAt: later, serverWorkerId: 'w' });
    expect(after('running', 'pause')).toEqual({ state: 'paused', reason: 'night' });
    expect(after('running', 'disconnected')).toEqual({
      state: 'reconnecting',
      attempts: 0,
      disconnectedAt: later,
      lastError: 'gone',
    });
    expect(after('reconnecting', 'retry')).toEqual({
      state: 'reconnecting',
      attempts: 4,
      disconnectedAt: at,
      lastError: 'refused',
    });
    expect(after('paused', 'shutDown')).toEqual({ state: 'shuttingDown', requestedAt: later, inFlightCount: 5 });
    expect(after('shuttingDown', 'finishOne')).toEqual({ state: 'shuttingDown', requestedAt: at, inFlightCount: 1 });
    expect(after('shuttingDown', 'end')).toEqual({
      state: 'stopped',
      stoppedAt: later,
      reason: { kind: 'error', message: 'gone' },
    });
  });

  it('has a way to its end from everywhere, and none back', () => {
    for (const state of states) expect(statusAfter(STATUSES[state], CHANGES.end).state).toBe('stopped');
    for (const type of types) expect(['same', 'refused']).toContain(TRANSITIONS.stopped[type]);
  });

  it('says why it refuses', () => {
    expect(() => statusAfter(STATUSES.paused, CHANGES.pause)).toThrow('Cannot pause: the worker is paused');
    expect(() => statusAfter(STATUSES.stopped, CHANGES.resume)).toThrow('Cannot resume: the worker has stopped');
    expect(() => statusAfter(STATUSES.running, CHANGES.begin)).toThrow(WorkerControlError);
  });
});
