import type { Frame } from '../envelope.js';
import { isTaskEvent, isTerminal } from '../guards.js';
import { entityOf } from '../match.js';
import { stateEvents } from '../registry/index.js';
import type { FlovynEvent, StateEventPayload } from '../types.js';
import { machines, taskMachine, workflowMachine } from './grammar.js';
import { ABSENT, UNKNOWN, step } from './machine.js';
import type { OrderRule, Violation } from './violation.js';

interface Seen {
  readonly seq: number;
  readonly event: string;
}

/** Something with a lifecycle: the execution itself, a task, a timer, a promise, a child. */
interface Subject {
  phase: string;
  last?: Seen | undefined;
  /** Number of the newest attempt of a task; `undefined` when not known. */
  attempt?: number | undefined;
}

/** Follows what happens in one execution: a workflow's, or a standalone task's. */
export class ExecutionOrder {
  /** What the stream is about; `undefined` until something says so. */
  #kind: 'workflow' | 'task' | undefined;
  #loose: boolean;
  #subjects = new Map<string, Subject>();
  #found: Violation[] = [];

  /** @param loose - entries before the first one are missing: what is not known is not judged. */
  constructor(loose: boolean) {
    this.#loose = loose;
  }

  next(frame: Frame): Violation[] {
    this.#found = [];
    const { event } = frame;
    this.#identify(frame);
    if (event.type === 'Event') this.#news(frame, event);
    else this.#output(frame);
    return this.#found;
  }

  /** Entries are missing here: what they said is not known. */
  loosen(): void {
    this.#loose = true;
    this.#subjects.clear();
  }

  #identify(frame: Frame): void {
    if (this.#kind !== undefined) return;
    const { event } = frame;
    if (isOfOwnTask(frame)) this.#kind = 'task';
    else if (!this.#loose || (event.type === 'Event' && entityOf(event) !== 'task')) this.#kind = 'workflow';
    const opening = this.#kind === 'task' ? 'TASK_CREATED' : 'WORKFLOW_CREATED';
    if (!this.#loose && nameOf(event) !== opening) this.#report(frame, 'first', `the stream begins without ${opening}`);
  }

  #news(frame: Frame, event: StateEventPayload): void {
    const entity = entityOf(event);
    if (entity === 'retry') return this.#retry(frame, event);
    if (this.#hasEnded(frame)) return;
    const id = subjectOf(event);
    if (entity === 'workflow' && id !== frame.executionId) {
      return this.#report(frame, 'subject', `it is about execution ${id}`);
    }
    if (this.#kind === 'task' && (entity !== 'task' || id !== frame.executionId)) {
      return this.#report(frame, 'subject', 'the stream of a standalone task has its own events only');
    }
    const machine = machines[entity];
    if (machine === null) return;
    const subject = this.#subject(`${entity} ${id}`);
    if ('executionCount' in event.data) this.#countAttempt(frame, event.data.executionCount, subject);
    this.#advance(frame, machine, subject, keyOf(event));
  }

  #retry(frame: Frame, event: StateEventPayload): void {
    const id = subjectOf(event);
    if (id !== frame.executionId) return this.#report(frame, 'subject', `it reopens ${id}, not this execution`);
    if (this.#kind === 'task') return this.#advance(frame, taskMachine, this.#subject(`task ${id}`), event.event);
    this.#advance(frame, workflowMachine, this.#subject(`workflow ${id}`), event.event);
    // What was open when the execution failed went on unseen: its next word is taken as it comes.
    for (const [key, subject] of this.#subjects) {
      if (key.startsWith('workflow ') || isClosed(subject.phase)) continue;
      subject.phase = UNKNOWN;
      subject.attempt = undefined;
    }
  }

  #output(frame: Frame): void {
    if (this.#hasEnded(frame)) return;
    const { taskExecutionId, attempt, executionId } = frame;
    const id = taskExecutionId ?? (this.#kind === 'task' ? executionId : undefined);
    if (id === undefined) {
      if (this.#kind === 'workflow') this.#report(frame, 'output', 'it does not say which task made it');
      return;
    }
    const subject = this.#subject(`task ${id}`);
    if (attempt === undefined) this.#report(frame, 'attempt', 'it does not say which attempt made it', subject.last);
    if (subject.phase === UNKNOWN) {
      subject.phase = 'running';
      subject.attempt = attempt;
    } else if (subject.phase !== 'running') {
      this.#report(frame, 'output', `task ${id} is not running an attempt`, subject.last);
    } else if (attempt !== undefined && subject.attempt !== undefined && attempt !== subject.attempt) {
      this.#report(frame, 'output', `it is of attempt ${attempt} while attempt ${subject.attempt} runs`, subject.last);
    }
  }

  /** An attempt is numbered one higher than the one before; an event other than its start only tells the number. */
  #countAttempt(frame: Frame, executionCount: number, subject: Subject): void {
    const before = subject.attempt;
    if (nameOf(frame.event) === 'TASK_STARTED' && before !== undefined && executionCount !== before + 1) {
      this.#report(frame, 'attempt', `attempt ${executionCount} starts after attempt ${before}`, subject.last);
    }
    subject.attempt = executionCount;
  }

  #advance(frame: Frame, machine: Parameters<typeof step>[0], subject: Subject, key: string): void {
    const { legal, phase } = step(machine, subject.phase, key);
    const last = subject.last;
    if (!legal)
      this.#report(frame, 'lifecycle', last ? `it cannot follow ${last.event}` : 'it cannot come first', last);
    subject.phase = phase;
    subject.last = seen(frame);
  }

  /** Whether the execution has ended, which is then reported: nothing but a retry follows the end. */
  #hasEnded(frame: Frame): boolean {
    const own = this.#subjects.get(`${this.#kind ?? ''} ${frame.executionId}`);
    if (own === undefined || !isClosed(own.phase)) return false;
    this.#report(frame, 'terminal', `${nameOf(frame.event)} follows the end`, own.last);
    return true;
  }

  #subject(key: string): Subject {
    const known = this.#subjects.get(key);
    if (known !== undefined) return known;
    const subject: Subject = { phase: this.#loose ? UNKNOWN : ABSENT };
    this.#subjects.set(key, subject);
    return subject;
  }

  #report(frame: Frame, rule: OrderRule, message: string, after?: Seen): void {
    const { executionId, epoch, seq } = frame;
    this.#found.push({ rule, message, executionId, epoch, seq, event: nameOf(frame.event), after });
  }
}

const CLOSED: ReadonlySet<string> = new Set(['ended', 'closed', 'failed', 'failedUnstarted', 'failedUnseen']);

function isClosed(phase: string): boolean {
  return CLOSED.has(phase);
}

function nameOf(event: FlovynEvent): string {
  return event.type === 'Event' ? event.event : event.type;
}

function seen(frame: Frame): Seen {
  return { seq: frame.seq, event: nameOf(frame.event) };
}

/** A failure that another attempt follows has a rule of its own. */
function keyOf(event: StateEventPayload): string {
  return event.event === 'TASK_FAILED' && !isTerminal(event) ? 'TASK_FAILED_PENDING' : event.event;
}

/** Whether the frame shows that its execution is itself a task. */
function isOfOwnTask({ event, executionId, taskExecutionId }: Frame): boolean {
  if (event.type === 'Event' && event.event === 'RETRY_REQUESTED') return event.data.targetType === 'task';
  const id: string | undefined = isTaskEvent(event) ? event.data.id : taskExecutionId;
  return id === executionId;
}

function subjectOf(event: StateEventPayload): string {
  const { subject } = stateEvents[event.event];
  return (subject as (data: StateEventPayload['data']) => string)(event.data);
}
