import { TaskFailed, type WorkflowContext, task, workflow } from '@flovyn/sdk';
import { noteEffect } from '../effects.js';

/** Gives its word back, after a while when asked to, or fails with it. */
export const answer = task({
  name: 'answer',
  retry: { maxRetries: 0 },
  run: async (_ctx, { word, afterMs = 0, fails = false }: { word: string; afterMs?: number; fails?: boolean }) => {
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (fails) throw new Error(`refused ${word}`);
    return word;
  },
});

/** What a piece of workflow code has at hand. */
export interface Piece {
  /** Schedules a task that gives `word` back. */
  readonly good: (word: string, afterMs?: number) => PromiseLike<string>;
  /** Schedules a task that fails. */
  readonly bad: (word: string, afterMs?: number) => PromiseLike<string>;
  /** Notes that the code came by: kept in a plain variable. */
  readonly note: (word: string) => void;
  /** Does something once, as `ctx.run` does. */
  readonly once: (word: string) => Promise<string>;
}

const SLOW_MS = 150;

/** Ways to write code around waiting. None of them may notice that the execution was suspended meanwhile. */
export const pieces: Readonly<Record<string, (piece: Piece) => Promise<unknown>>> = {
  'try and finally around a wait': async ({ good, note, once }) => {
    try {
      note('try');
      const word = await good('one');
      note(word);
      return word;
    } catch {
      note('catch');
    } finally {
      note('finally');
      await once('closed');
    }
    return 'never';
  },

  'a failure is caught once, and the repair waits too': async ({ bad, good, note, once }) => {
    try {
      await bad('one');
      note('never');
    } catch (error) {
      note(TaskFailed.is(error) ? 'TaskFailed' : String(error));
      note(await good('repaired'));
    } finally {
      note(await good('cleaned'));
      await once('closed');
    }
    return 'after';
  },

  'an empty catch swallows no wait': async ({ good, note }) => {
    for (const word of ['one', 'two', 'three']) {
      try {
        note(await good(word));
      } catch {}
    }
    return 'after';
  },

  'catch and finally of a promise': async ({ good, bad, note }) => {
    const word = await Promise.resolve(good('one'))
      .catch(() => 'caught')
      .finally(() => note('finally one'));
    const other = await Promise.resolve(bad('two'))
      .catch(() => 'caught')
      .finally(() => note('finally two'));
    return [word, other];
  },

  'nested tries': async ({ good, bad, note }) => {
    try {
      try {
        await good('one');
        await bad('two');
      } finally {
        note('inner finally');
        await good('three');
      }
    } catch (error) {
      note(error instanceof Error ? error.name : 'no error');
    } finally {
      note('outer finally');
    }
    return 'after';
  },

  'Promise.all in a try': async ({ good, note, once }) => {
    try {
      return await Promise.all([good('one', SLOW_MS), good('two'), once('three')]);
    } catch {
      note('catch');
      return 'never';
    } finally {
      note('finally');
    }
  },

  'Promise.all rejects once, with the first failure': async ({ good, bad, note }) => {
    try {
      await Promise.all([good('one', SLOW_MS), bad('two'), bad('three', SLOW_MS)]);
      return 'never';
    } catch (error) {
      note(error instanceof Error && error.message.includes('two') ? 'two' : String(error));
      return await good('after');
    }
  },

  'Promise.race is won by the first to end': async ({ good, note }) => {
    const first = await Promise.race([good('slow', 20 * SLOW_MS), good('fast')]);
    note(first);
    return await good('after');
  },

  'Promise.race against a plain value is not suspended': async ({ good, note }) => {
    const waiting = good('task');
    note(await Promise.race([waiting, Promise.resolve('plain')]));
    note(await waiting);
    return 'after';
  },

  'Promise.allSettled waits for all': async ({ good, bad, note }) => {
    const settled = await Promise.allSettled([good('one', SLOW_MS), bad('two'), good('three')]);
    note('settled');
    return settled.map(({ status }) => status);
  },

  'Promise.any passes over failures': async ({ good, bad, note }) => {
    note(await Promise.any([bad('one'), good('two', SLOW_MS)]));
    return await Promise.any([bad('three'), bad('four', SLOW_MS)]).catch((error: unknown) =>
      error instanceof AggregateError ? error.errors.length : String(error),
    );
  },

  'a failure that is looked at only later': async ({ good, bad, note }) => {
    const helper = async (): Promise<void> => {
      await bad('early');
    };
    const failing = helper();
    note(await good('meanwhile', SLOW_MS));
    try {
      await failing;
    } catch (error) {
      note(TaskFailed.is(error) ? 'TaskFailed' : String(error));
    }
    return 'after';
  },

  'a rejection that nobody ever looks at': async ({ good }) => {
    void Promise.reject(new Error('floating'));
    return good('after', SLOW_MS);
  },

  'a recorded failure is caught like any other': async ({ note, once }) => {
    try {
      await once('fail');
    } catch (error) {
      note(error instanceof Error ? error.message : 'no error');
    }
    return 'after';
  },
};

/** Runs one of {@link pieces}: gives its value and what it noted. `run` marks its recorded effects. */
export const aroundWaits = workflow({
  name: 'around-waits',
  run: async (ctx, { piece: name, run: mark }: { piece: string; run: string }) => {
    const piece = pieces[name];
    if (piece === undefined) throw new Error(`There is no piece "${name}"`);
    const notes: string[] = [];
    const value = await piece({
      good: (word, afterMs) => ctx.schedule(answer, { word, ...(afterMs === undefined ? {} : { afterMs }) }),
      bad: (word, afterMs) =>
        ctx.schedule(answer, { word, fails: true, ...(afterMs === undefined ? {} : { afterMs }) }),
      note: (word) => notes.push(word),
      once: (word) => once(ctx, mark, word),
    });
    return { value, notes };
  },
});

function once(ctx: WorkflowContext, mark: string, word: string): Promise<string> {
  return ctx.run(word, () => {
    noteEffect(`${mark} ${word}`);
    if (word === 'fail') throw new Error('failed once');
    return word;
  });
}
