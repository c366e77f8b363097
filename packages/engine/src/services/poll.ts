import type { HandOver, PollRequest } from '../engine.js';
import type { Seat } from './dispatcher.js';
import type { UnaryWorker } from './unary-workers.js';

type Work = Extract<HandOver, { type: 'activation' | 'task' }>;

/** One waiting poll: a seat for a single piece of work. */
export class Poll implements Seat {
  readonly orgId;
  readonly queue;
  readonly holder: UnaryWorker;
  readonly workerId;
  readonly door = 'unary';
  readonly #type: PollRequest['type'];
  readonly #kinds: ReadonlySet<string> | undefined;
  readonly #deliver: (work: Work) => void;
  /** Called when what was promised is not coming after all. */
  onLeft: () => void = () => {};
  #open = true;
  #token: string | undefined;

  constructor(request: PollRequest, holder: UnaryWorker, deliver: (work: Work) => void) {
    this.orgId = request.orgId;
    this.queue = request.queue;
    this.workerId = request.worker;
    this.holder = holder;
    this.#type = request.type;
    this.#kinds = request.kinds === undefined ? undefined : new Set(request.kinds);
    this.#deliver = deliver;
  }

  /** Whether work was claimed for it that has not been delivered yet. */
  get isPromised(): boolean {
    return this.#token !== undefined;
  }

  get isClosed(): boolean {
    return !this.#open;
  }

  accepts(type: PollRequest['type'], kind: string): boolean {
    return type === this.#type && (this.#kinds?.has(kind) ?? true);
  }

  free(type: PollRequest['type']): number {
    return this.#open && this.#token === undefined && type === this.#type ? 1 : 0;
  }

  taken(token: string): void {
    this.#token = token;
  }

  left(token: string): void {
    if (this.#token !== token) return;
    this.#token = undefined;
    this.onLeft();
  }

  /** It asks for the whole history itself. */
  held(): undefined {
    return undefined;
  }

  /** Takes nothing any more; what was claimed for it is still delivered. */
  close(): void {
    this.#open = false;
  }

  deliver(work: HandOver): void {
    if (work.type !== 'activation' && work.type !== 'task') return;
    this.close();
    this.#deliver(work);
  }
}
