import type { StreamEvent } from '@flovyn/events';
import type { Cursor, Opening, Step, TurnEnd, Wish } from './vocabulary.js';

// Short ways to write the steps of a case. Each gives plain data.

/** The workflow a case is about, unless it says otherwise. */
export const FLOW = 'flow';
/** The task a case is about, unless it says otherwise. */
export const JOB = 'job';

/** Starts a standalone task. */
export const startTask = (name = JOB, maxRetries = 0): Step => ({ do: 'start-task', name, maxRetries });

/** Starts a workflow. */
export const startWorkflow = (name = FLOW): Step => ({ do: 'start-workflow', name });

/** A turn that wants this and then waits, for what it wants or for a signal. */
export const waits = (...commands: Wish[]): Step => turn('suspend', commands);

/** A turn of the workflow that completes it. */
export const completes = (of = FLOW): Step => turn('complete', [], of);

/** A turn, as it ends. */
export const turn = (then: TurnEnd, commands: readonly Wish[] = [], of = FLOW): Step => ({
  do: 'turn',
  of,
  commands,
  then,
});

/** A turn that waits and says for what, in the words of the published workers. */
export const waitsFor = (reason: string, ...commands: Wish[]): Step => ({
  do: 'turn',
  of: FLOW,
  commands,
  then: 'suspend',
  reason,
});

export const task = (name = JOB, maxRetries = 0): Wish => ({ want: 'task', name, maxRetries });
export const child = (name: string): Wish => ({ want: 'child', name });
export const timer = (name: string, ms: number): Wish => ({ want: 'timer', name, ms });
export const promise = (name: string, timeoutMs?: number): Wish => ({
  want: 'promise',
  name,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
});

export const take = (name = JOB): Step => ({ do: 'take', task: name });
export const complete = (name = JOB): Step => ({ do: 'complete', task: name });
export const fail = (error: string, name = JOB): Step => ({ do: 'fail', task: name, error });
export const signal = (to = FLOW): Step => ({ do: 'signal', to });
export const cancel = (what = FLOW): Step => ({ do: 'cancel', what });
export const retry = (what = FLOW): Step => ({ do: 'retry', what });

/** Streams; a text is a token. */
export const say = (...said: (string | StreamEvent)[]): Step => sayOf(JOB, ...said);
export const sayOf = (name: string, ...said: (string | StreamEvent)[]): Step => ({
  do: 'say',
  task: name,
  events: said.map((event) => (typeof event === 'string' ? { type: 'token', text: event } : event)),
});

/** Streams when it is too late; the server may refuse it or ignore it. */
export const sayTooLate = (text: string): Step => ({
  do: 'say',
  task: JOB,
  events: [{ type: 'token', text }],
  mayBeRefused: true,
});

export const open = (reader: string, of: string, opening: Omit<Opening, 'of'> = {}): Step => ({
  do: 'open',
  reader,
  of,
  ...opening,
});
export const cut = (reader: string): Step => ({ do: 'cut', reader });
export const drain = (reader: string): Step => ({ do: 'drain', reader });
export const resume = (reader: string, entries?: number): Step => ({
  do: 'resume',
  reader,
  ...(entries === undefined ? {} : { entries }),
});
export const awaits = (reader: string, entries: number): Step => ({ do: 'await', reader, entries });

/** The id a reader got with its n-th entry, from 1; -1 is the last. */
export const idOf = (reader: string, entry: number): Cursor => ({ reader, entry });

/** A standalone task from its creation to its completion, which says this meanwhile. */
export const wholeTask = (...said: (string | StreamEvent)[]): Step[] => [startTask(), take(), say(...said), complete()];

/** A workflow from its start to its completion in one turn. */
export const wholeWorkflow = (): Step[] => [startWorkflow(), completes()];
