// The life of a worker as one table. Nothing here waits, connects or tells anybody.
import { WorkerControlError } from '../errors.js';
import type { StopReason, WorkerState, WorkerStatus } from './worker-status.js';

/** What can happen to a worker's status. */
export type StatusChange =
  | { readonly type: 'begin' }
  | { readonly type: 'connected'; readonly serverWorkerId?: string; readonly startedAt: Date }
  | { readonly type: 'disconnected'; readonly at: Date; readonly error: string }
  /** An attempt to come back is about to be made. */
  | { readonly type: 'retry'; readonly at: Date; readonly attempt: number; readonly lastError: string }
  | { readonly type: 'pause'; readonly reason: string }
  | { readonly type: 'resume'; readonly serverWorkerId?: string; readonly startedAt: Date }
  | { readonly type: 'shutDown'; readonly at: Date; readonly inFlightCount: number }
  /** Something that was in progress while shutting down is not any more. */
  | { readonly type: 'finishOne'; readonly at: Date; readonly inFlightCount: number }
  | { readonly type: 'end'; readonly at: Date; readonly reason: StopReason };

export type StatusChangeType = StatusChange['type'];

/** Where each change leads when it leads somewhere. */
interface Target {
  readonly begin: 'registering';
  readonly connected: 'running';
  readonly disconnected: 'reconnecting';
  readonly retry: 'reconnecting';
  readonly pause: 'paused';
  readonly resume: 'running';
  readonly shutDown: 'shuttingDown';
  readonly finishOne: 'shuttingDown';
  readonly end: 'stopped';
}

type Transitions = {
  readonly [State in WorkerState]: { readonly [Type in StatusChangeType]: Target[Type] | 'same' | 'refused' };
};

/**
 * State by change: the next state, `same` for what says nothing to this state, or `refused`.
 *
 *  1. Only the owner's wishes are refused (begin, pause, resume); news never is.
 *  2. A pause outlives a cut, and a cut during the pause does not show in the status.
 *  3. Only the end leaves `shuttingDown`, and nothing leaves `stopped`.
 */
export const TRANSITIONS: Transitions = {
  initializing: {
    begin: 'registering',
    connected: 'same',
    disconnected: 'same',
    retry: 'same',
    pause: 'refused',
    resume: 'refused',
    shutDown: 'shuttingDown',
    finishOne: 'same',
    end: 'stopped',
  },
  registering: {
    begin: 'refused',
    connected: 'running',
    disconnected: 'same',
    retry: 'same',
    pause: 'refused',
    resume: 'refused',
    shutDown: 'shuttingDown',
    finishOne: 'same',
    end: 'stopped',
  },
  running: {
    begin: 'refused',
    connected: 'running',
    disconnected: 'reconnecting',
    retry: 'same',
    pause: 'paused',
    resume: 'refused',
    shutDown: 'shuttingDown',
    finishOne: 'same',
    end: 'stopped',
  },
  paused: {
    begin: 'refused',
    connected: 'same',
    disconnected: 'same',
    retry: 'same',
    pause: 'refused',
    resume: 'running',
    shutDown: 'shuttingDown',
    finishOne: 'same',
    end: 'stopped',
  },
  reconnecting: {
    begin: 'refused',
    connected: 'running',
    disconnected: 'same',
    retry: 'reconnecting',
    pause: 'paused',
    resume: 'refused',
    shutDown: 'shuttingDown',
    finishOne: 'same',
    end: 'stopped',
  },
  shuttingDown: {
    begin: 'refused',
    connected: 'same',
    disconnected: 'same',
    retry: 'same',
    pause: 'refused',
    resume: 'refused',
    shutDown: 'same',
    finishOne: 'shuttingDown',
    end: 'stopped',
  },
  stopped: {
    begin: 'refused',
    connected: 'same',
    disconnected: 'same',
    retry: 'same',
    pause: 'refused',
    resume: 'refused',
    shutDown: 'same',
    finishOne: 'same',
    end: 'same',
  },
};

/** What a refusal means, by the state that refuses. */
const REFUSALS: Record<WorkerState, { readonly kind: WorkerControlError['kind']; readonly because: string }> = {
  initializing: { kind: 'notRunning', because: 'has not started' },
  registering: { kind: 'notRunning', because: 'is still registering' },
  running: { kind: 'invalidState', because: 'is running' },
  paused: { kind: 'invalidState', because: 'is paused' },
  reconnecting: { kind: 'invalidState', because: 'is reconnecting' },
  shuttingDown: { kind: 'shuttingDown', because: 'is shutting down' },
  stopped: { kind: 'notRunning', because: 'has stopped' },
};

/**
 * The status after a change; the same object when the change says nothing to it.
 *
 * @throws {WorkerControlError} when the change is a wish that this state refuses.
 */
export function statusAfter(status: WorkerStatus, change: StatusChange): WorkerStatus {
  const next = TRANSITIONS[status.state][change.type];
  if (next === 'same') return status;
  if (next === 'refused') throw refusal(status.state, change.type);
  return enter(status, change);
}

/** Why a worker in this state cannot do what it is asked for. */
export function refusal(state: WorkerState, wish: string): WorkerControlError {
  const { kind, because } = REFUSALS[state];
  return new WorkerControlError(kind, `Cannot ${wish}: the worker ${because}`);
}

function enter(before: WorkerStatus, change: StatusChange): WorkerStatus {
  switch (change.type) {
    case 'begin':
      return { state: 'registering' };
    case 'connected':
    case 'resume': {
      const { serverWorkerId, startedAt } = change;
      return { state: 'running', startedAt, ...(serverWorkerId === undefined ? {} : { serverWorkerId }) };
    }
    case 'disconnected':
      return { state: 'reconnecting', attempts: 0, disconnectedAt: change.at, lastError: change.error };
    case 'retry': {
      const disconnectedAt = before.state === 'reconnecting' ? before.disconnectedAt : change.at;
      return { state: 'reconnecting', attempts: change.attempt, disconnectedAt, lastError: change.lastError };
    }
    case 'pause':
      return { state: 'paused', reason: change.reason };
    case 'shutDown':
      return { state: 'shuttingDown', requestedAt: change.at, inFlightCount: change.inFlightCount };
    case 'finishOne': {
      const requestedAt = before.state === 'shuttingDown' ? before.requestedAt : change.at;
      return { state: 'shuttingDown', requestedAt, inFlightCount: change.inFlightCount };
    }
    case 'end':
      return { state: 'stopped', stoppedAt: change.at, reason: change.reason };
  }
}
