import type { ExecutionId, StreamEntry, TaskId, TaskState, WorkflowState } from '@flovyn/engine';
import type { RecordedEvent } from '@flovyn/protocol';
import type { Op } from '../book.js';
import { type Story, tell, untold } from './story.js';
import { StreamStory } from './stream-story.js';
import { type ExpectedFact, aboutOf, factsOfTurn } from './turn-facts.js';
import { holds } from '../violation.js';
import type { World } from '../world.js';

/** One execution as it is read, step by step: a workflow's, or a standalone task's. */
export class Followed {
  readonly id: ExecutionId;
  /** Absent for a standalone task. */
  record: WorkflowState | undefined;
  readonly tasks = new Map<TaskId, TaskState>();
  readonly story: Story = untold();
  readonly history: RecordedEvent[] = [];
  readonly stream: StreamStory;
  readonly #world: World;
  /** The turn whose facts are being read. */
  #turn: { readonly op: Op; readonly facts: readonly ExpectedFact[]; at: number } | undefined;

  constructor(id: ExecutionId, world: World) {
    this.id = id;
    this.#world = world;
    this.stream = new StreamStory(world);
  }

  read(recorded: RecordedEvent): void {
    const { book } = this.#world;
    const turn = this.#turn === undefined ? book.turnAt(this.id, recorded.type, recorded.data) : undefined;
    if (turn?.turn !== undefined) this.#turn = { op: turn, facts: factsOfTurn(this.story, turn.turn), at: 0 };
    book.appeared(this.id, recorded.type, recorded.data);
    const event = tell(this.story, recorded, this.id);
    this.history.push(recorded);
    this.stream.expect(event);
    if (this.#turn === undefined) return;
    const { op, facts, at } = this.#turn;
    const expected = facts[at];
    const is = expected?.type === event.type && (expected.about === undefined || expected.about === aboutOf(event));
    const said = (): string => `${event.type} ${aboutOf(event) ?? ''} where ${JSON.stringify(expected)} is due`;
    holds(is, 'R03', () => `turn ${op.mark} of ${this.id} left ${said()}`);
    this.#turn.at += 1;
    if (this.#turn.at === facts.length) this.#turn = undefined;
  }

  hear(entry: StreamEntry): void {
    this.stream.hear(entry);
  }

  /** Everything has been read. */
  pause(): void {
    holds(this.#turn === undefined, 'R03', () => `turn ${this.#turn?.op.mark} of ${this.id} was stored in part`);
    if (this.record === undefined) this.stream.forget();
    else this.stream.agree(this.id);
  }

  get isOver(): boolean {
    if (this.record !== undefined) return this.story.status !== 'OPEN';
    return [...this.tasks.values()].every(({ status }) => status !== 'PENDING' && status !== 'RUNNING');
  }
}
