import { join } from 'node:path';
import type { Capture, Op } from '../check/evidence.js';
import type { Chance } from '../chance.js';
import type { Town } from '../town/town.js';
import { createCalls } from './calls.js';
import { live } from './life.js';
import { openOpLog } from './op-log.js';
import type { Reader } from './reader.js';
import { drawScenario } from './scenario.js';

/** Between the first executions, in milliseconds: not all of them at once. */
const RAMP_MS = 120;

export interface Load {
  readonly begun: () => number;
  readonly ended: () => number;
  readonly ops: () => readonly Op[];
  readonly acked: () => number;
  readonly resumes: () => number;
  readonly gaps: () => number;
  readonly entries: () => number;
  /** Begins nothing more. @returns when everything that was begun has ended. */
  finish(): Promise<void>;
  /** Waits no longer, and closes all readers. */
  close(): Promise<void>;
  readonly captures: () => Capture[];
}

/** Keeps so many executions under way at a time. */
export function begin(town: Town, executions: number, chance: Chance): Load {
  const [a, b] = town.servers;
  const urlOf = ({ port }: { readonly port: number }): string => `http://127.0.0.1:${port}`;
  const log = openOpLog(join(town.folder, 'ops.jsonl'));
  const givingUp = new AbortController();
  const servers = [urlOf(a.calls), urlOf(b.calls)] as const;
  // Of its own: how often it is asked depends on the faults, and what is started must not.
  const calls = createCalls({ log, servers, chance: chance.fork(), giveUp: givingUp.signal });
  const readers: Reader[] = [];
  let isOver = false;
  let begun = 0;
  let ended = 0;

  const work = async (slot: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, slot * RAMP_MS));
    while (!isOver) {
      begun += 1;
      const name = `e${begun}`;
      const own = chance.fork();
      await live({
        name,
        scenario: drawScenario(name, own),
        calls,
        chance: own,
        streams: [urlOf(own.pick(a.streams)), urlOf(own.pick(b.streams))],
        onReader: (reader) => {
          readers.push(reader);
          if (givingUp.signal.aborted) reader.close();
        },
      });
      ended += 1;
    }
  };
  const working = Promise.all(Array.from({ length: executions }, (_, slot) => work(slot)));
  const count = (of: (reader: Reader) => number): number => readers.reduce((sum, reader) => sum + of(reader), 0);
  return {
    begun: () => begun,
    ended: () => ended,
    ops: () => log.ops(),
    acked: () => log.acked(),
    resumes: () => count(({ resumes }) => resumes()),
    gaps: () => count(({ capture }) => capture().lines.filter(({ type }) => type === 'gap').length),
    entries: () => count(({ entries }) => entries()),
    async finish() {
      isOver = true;
      await working;
    },
    async close() {
      isOver = true;
      givingUp.abort();
      for (const reader of readers) reader.close();
      await working;
    },
    captures: () => readers.map(({ capture }) => capture()),
  };
}
