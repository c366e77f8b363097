import { ServiceError } from '@flovyn/protocol';
import {
  type Accepted,
  type ServerItem,
  type StartWorkflow,
  type WorkerItem,
  type WorkflowStarted,
  serverItem,
} from '@flovyn/protocol/grpc';
import type { Logger } from '../../types.js';
import type { FrameListener } from '../frame-stream.js';
import { Attempts } from './attempts.js';
import { type Doors, isWeather } from './doors.js';
import { Results } from './results.js';
import { Turns } from './turns.js';
import type { WorkParts } from './work-parts.js';

type Detail = Accepted['detail'];
type Item = NonNullable<WorkerItem['item']>;

/** The line by which the worker is spoken to at the moment. */
export interface Attachment {
  readonly doors: Doors;
  readonly listener: FrameListener;
  /** What came of a call is not known: the line has to be made anew. */
  readonly lost: (error: ServiceError) => void;
}

/**
 * Carries out the items of a session by single calls, and answers them. Outlives the lines: what a worker was given by one
 * line it ends by the next.
 *
 *  1. An item that is sent again while its call is under way is answered by that call.
 *  2. An item whose call met bad weather is not answered: it ends the line, and comes again over the next one.
 */
export class SingleCalls {
  readonly turns: Turns;
  readonly attempts: Attempts;
  readonly results: Results;
  /** There is room for more work. */
  onFreed: () => void = () => undefined;
  readonly #underWay = new Map<number, Promise<Detail>>();
  #attachment: Attachment | undefined;
  #kept: ServerItem[] = [];

  constructor(logger: Logger) {
    const parts: WorkParts = {
      call: async (name, request, signal) => this.#doors.call(name, request, signal),
      tell: (item) => this.#tell(item),
      freed: () => this.onFreed(),
      logger,
    };
    this.results = new Results(parts);
    this.turns = new Turns(parts, (id) => this.results.hint(id));
    this.attempts = new Attempts(parts);
  }

  /** Whether nothing is held that was given by single calls, and no answer is due. */
  get isIdle(): boolean {
    return this.turns.active + this.attempts.active + this.#underWay.size === 0;
  }

  /** From now on the worker is spoken to by this line; first of all it hears what was kept for it. */
  attach(attachment: Attachment): void {
    this.#attachment = attachment;
    const kept = this.#kept;
    this.#kept = [];
    if (kept.length > 0) attachment.listener.received({ items: kept });
    this.turns.resume();
    this.attempts.resume();
  }

  /** The line is over, unless another one has taken its place. */
  detach(attachment: Attachment): void {
    if (this.#attachment !== attachment) return;
    this.#attachment = undefined;
    this.turns.pause();
    this.attempts.pause();
    this.results.clear();
  }

  /** Resolves when what is under way has been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  /** Whether an item is about work that was given by single calls. */
  owns({ id, item }: WorkerItem): boolean {
    if (this.#underWay.has(id)) return true;
    if (item === undefined || !('claimToken' in item.value)) return false;
    return 'taskExecutionId' in item.value ? this.attempts.has(item.value) : this.turns.has(item.value);
  }

  carry({ id, item }: WorkerItem): void {
    if (item === undefined) return;
    // Nobody waits for an answer, and nothing of it is ever sent again.
    if (id === 0) return void this.#carryOut(item).catch(() => undefined);
    const before = this.#underWay.get(id);
    const carried = before === undefined ? this.#carryOut(item) : this.#carryOutAfter(before, item);
    this.#underWay.set(id, carried);
    const attachment = this.#attachment;
    carried.then(
      (detail) => this.#answer(id, carried, serverItem('accepted', { id, detail })),
      (thrown: unknown) => {
        const error = ServiceError.from(thrown);
        const { code, message } = error;
        if (!isWeather(error)) this.#answer(id, carried, serverItem('refused', { id, code, message }));
        else if (this.#underWay.get(id) === carried) this.#met(error, id, attachment);
      },
    );
  }

  async #carryOutAfter(before: Promise<Detail>, item: Item): Promise<Detail> {
    try {
      return await before;
    } catch (error) {
      if (!isWeather(ServiceError.from(error))) throw error;
      return this.#carryOut(item);
    }
  }

  async #carryOut(item: Item): Promise<Detail> {
    switch (item.$case) {
      case 'turnCompleted':
        await this.turns.complete(item.value);
        return undefined;
      case 'turnReleased':
        this.turns.release(item.value);
        return undefined;
      case 'historyWanted':
        this.#tell(serverItem('historyPage', await this.turns.page(item.value)));
        return undefined;
      case 'attemptEntries':
        return { $case: 'entries', value: { stored: await this.attempts.entries(item.value) } };
      case 'attemptLog':
        await this.attempts.log(item.value);
        return undefined;
      case 'attemptHeartbeat':
        await this.attempts.heartbeat(item.value);
        return undefined;
      case 'attemptCompleted':
        await this.attempts.complete(item.value);
        return undefined;
      case 'attemptFailed':
        await this.attempts.fail(item.value);
        return undefined;
      case 'attemptReleased':
        await this.attempts.release(item.value);
        return undefined;
      case 'startWorkflow':
        return { $case: 'started', value: await this.#start(item.value) };
      case 'awaitResult':
        this.results.await(item.value.workflowExecutionId);
        return undefined;
      default:
        // Words that only a session has use for.
        return undefined;
    }
  }

  /** The server chooses the id here. The one that the caller chose makes a repeat harmless all the same: as a key. */
  async #start({ workflowExecutionId: key, request }: StartWorkflow): Promise<WorkflowStarted> {
    if (request === undefined) throw new ServiceError('INVALID_ARGUMENT', 'A start needs its request.');
    if (request.idempotencyKey !== undefined) return this.#doors.call('startWorkflow', request);
    const started = await this.#doors.call('startWorkflow', { ...request, idempotencyKey: key });
    return { ...started, idempotencyKeyUsed: false, idempotencyKeyNew: true };
  }

  #answer(id: number, carried: Promise<Detail>, answer: ServerItem): void {
    // Without a line it waits for the item to be sent again.
    if (this.#attachment === undefined || this.#underWay.get(id) !== carried) return;
    this.#underWay.delete(id);
    this.#tell(answer);
  }

  #met(weather: ServiceError, id: number, attachment: Attachment | undefined): void {
    this.#underWay.delete(id);
    if (attachment !== undefined && attachment === this.#attachment) attachment.lost(weather);
  }

  #tell(item: ServerItem): void {
    if (this.#attachment === undefined) this.#kept.push(item);
    else this.#attachment.listener.received({ items: [item] });
  }

  get #doors(): Doors {
    if (this.#attachment === undefined) throw new ServiceError('UNAVAILABLE', 'There is no connection.');
    return this.#attachment.doors;
  }
}
