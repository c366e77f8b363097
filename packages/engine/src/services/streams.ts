import type { Streams } from '../engine.js';
import type { ExecutionId, OrgId } from '../ids.js';
import type { Neighbours, Topic } from '../ports/neighbours.js';
import type { NumberedRun, StreamEntry } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';
import { numbered } from './family-writes.js';

type Listener = (entries: readonly StreamEntry[]) => void;

/** Who follows one topic here, and how to stop hearing of it from others. */
interface Followed {
  readonly listeners: Set<Listener>;
  readonly leave: () => void;
}

/** What a commit wrote. */
export interface Published {
  /** In the order in which they were decided. */
  readonly entries: readonly StreamEntry[];
  /** Where they stand in the streams of their families; unknown for a commit whose answer was lost. */
  readonly runs: readonly NumberedRun[] | undefined;
  readonly orgOf: (id: ExecutionId) => OrgId | undefined;
}

/** Tells the readers of this process what was committed, here and elsewhere. */
export class StreamHub implements Streams {
  readonly #followed = new Map<string, Followed>();
  /** How many of them are families. */
  #families = 0;
  readonly #neighbours: Pick<Neighbours, 'publish' | 'follow' | 'settled'>;
  readonly #reporter: Reporter;

  constructor(neighbours: Pick<Neighbours, 'publish' | 'follow' | 'settled'>, reporter: Reporter) {
    this.#neighbours = neighbours;
    this.#reporter = reporter;
  }

  subscribe(id: ExecutionId, listener: Listener): () => void {
    return this.#join({ of: 'execution', id }, listener);
  }

  subscribeFamily(rootId: ExecutionId, listener: Listener): () => void {
    return this.#join({ of: 'family', id: rootId }, listener);
  }

  subscribeOrg(orgId: OrgId, listener: Listener): () => void {
    return this.#join({ of: 'organisation', id: orgId }, listener);
  }

  settled(): Promise<void> {
    return this.#neighbours.settled();
  }

  /** Tells everybody what this process has committed. */
  publish({ entries, runs, orgOf }: Published): void {
    const told = numbered(entries, runs ?? []);
    if (runs === undefined) this.#sendToTheLog(entries);
    else {
      for (const [id, own] of groups(told, (entry) => entry.executionId)) this.#publish({ of: 'execution', id }, own);
      if (runs.length > 0 || this.#families > 0) this.#publishToFamilies(told);
    }
    const listed = groups(told, (entry) => (isListed(entry) ? orgOf(entry.executionId) : undefined));
    for (const [id, own] of listed) this.#publish({ of: 'organisation', id }, own);
  }

  #publishToFamilies(told: readonly StreamEntry[]): void {
    const families = groups(told, ({ inFamily, rootId }) => (inFamily === undefined ? undefined : rootId));
    for (const [id, own] of families) this.#publish({ of: 'family', id }, own);
    // Who is alone is a family of one; of others like it, other processes hear by their own topic.
    const alone = groups(told, ({ inFamily, rootId }) => (inFamily === undefined ? rootId : undefined));
    for (const [id, own] of alone) this.#tell({ of: 'family', id }, own);
  }

  /** An entry without a place in a family says that there is none; of these nobody knows. So everybody looks. */
  #sendToTheLog(entries: readonly StreamEntry[]): void {
    for (const id of new Set(entries.map(({ executionId }) => executionId))) this.#publish({ of: 'execution', id }, []);
    for (const id of new Set(entries.map(({ rootId }) => rootId))) this.#publish({ of: 'family', id }, []);
  }

  #publish(topic: Topic, entries: readonly StreamEntry[]): void {
    this.#tell(topic, entries);
    this.#neighbours.publish(topic, entries);
  }

  #join(topic: Topic, listener: Listener): () => void {
    const name = nameOf(topic);
    const followed = this.#followed.get(name) ?? this.#follow(name, topic);
    followed.listeners.add(listener);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size > 0 || this.#followed.get(name) !== followed) return;
      this.#followed.delete(name);
      followed.leave();
    };
  }

  #follow(name: string, topic: Topic): Followed {
    const hear = (entries: readonly StreamEntry[]): void => this.#tell(topic, entries);
    const leaves = [this.#neighbours.follow(topic, hear)];
    if (topic.of === 'family') {
      const hearOfAlone = (entries: readonly StreamEntry[]): void => {
        if (entries.every(({ inFamily }) => inFamily === undefined)) hear(entries);
      };
      leaves.push(this.#neighbours.follow({ of: 'execution', id: topic.id }, hearOfAlone));
    }
    const families = topic.of === 'family' ? 1 : 0;
    this.#families += families;
    const leave = (): void => {
      this.#families -= families;
      for (const each of leaves) each();
    };
    const followed = { listeners: new Set<Listener>(), leave };
    this.#followed.set(name, followed);
    return followed;
  }

  #tell(topic: Topic, entries: readonly StreamEntry[]): void {
    for (const listener of this.#followed.get(nameOf(topic))?.listeners ?? []) {
      try {
        listener(entries);
      } catch (error) {
        // One reader's failure is its own: the commit stands and the others are waiting.
        this.#reporter.error('A stream reader failed', { ...topic, error });
      }
    }
  }
}

function nameOf({ of, id }: Topic): string {
  return `${of} ${id}`;
}

/** What lists show. */
function isListed({ kind }: StreamEntry): boolean {
  return kind === 'state' || kind === 'progress';
}

/** The entries by what they belong to, in their order; without those that belong to nothing. */
function groups<Key extends string>(
  entries: readonly StreamEntry[],
  keyOf: (entry: StreamEntry) => Key | undefined,
): ReadonlyMap<Key, StreamEntry[]> {
  const byKey = new Map<Key, StreamEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const own = byKey.get(key);
    if (own === undefined) byKey.set(key, [entry]);
    else own.push(entry);
  }
  return byKey;
}
