import { afterEach, describe, expect, it, vi } from 'vitest';
import { silent } from '../../test/recorded-execution.js';
import { until } from '../../test/until.js';
import type { WorkerLifecycleEvent } from './lifecycle-events.js';
import { LifecycleHooks } from './lifecycle-hooks.js';

afterEach(() => void vi.useRealTimers());

function paused(reason: number): WorkerLifecycleEvent {
  return { name: 'paused', reason: String(reason) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('lifecycle hooks', () => {
  it('hear everything in order, each hook after the one before it, and nobody waits for them', async () => {
    const heard: string[] = [];
    const hooks = new LifecycleHooks(
      [
        {
          onEvent: async ({ name }) => {
            await turn();
            heard.push(`slow ${name}`);
          },
          onStatusChange: (before, after) => void heard.push(`${before.state} > ${after.state}`),
        },
        { onEvent: ({ name }) => void heard.push(`quick ${name}`) },
      ],
      silent,
    );
    hooks.event(paused(1));
    hooks.statusChange({ state: 'initializing' }, { state: 'registering' });
    hooks.event({ name: 'resumed' });
    expect(heard).toEqual([]);
    await hooks.settled();
    expect(heard).toEqual([
      'slow paused',
      'quick paused',
      'initializing > registering',
      'slow resumed',
      'quick resumed',
    ]);
  });

  it('that are far behind miss the oldest, and the log says so once', async () => {
    const warnings: string[] = [];
    const reasons: string[] = [];
    let letGo: (() => void) | undefined;
    const hooks = new LifecycleHooks(
      [
        {
          onEvent: async (event) => {
            if (letGo === undefined) await new Promise<void>((resolve) => (letGo = resolve));
            if (event.name === 'paused') reasons.push(event.reason);
          },
        },
      ],
      { ...silent, warn: (message) => void warnings.push(message) },
    );
    hooks.event(paused(-1));
    await until(() => letGo !== undefined, 'the first call');
    for (let i = 0; i < 1_500; i += 1) hooks.event(paused(i));
    letGo?.();
    await until(() => reasons.at(-1) === '1499', 'the last one');
    expect([reasons.length, reasons[0], reasons[1]]).toEqual([1_001, '-1', '500']);
    expect(warnings).toEqual(['A lifecycle hook is slow: it does not hear of everything']);
  });

  it('allow unless one says no; one that throws is logged, one that never answers is not waited for', async () => {
    vi.useFakeTimers();
    const warnings: string[] = [];
    const logger = { ...silent, warn: (message: string) => void warnings.push(message) };
    const asked: string[] = [];
    const hooks = new LifecycleHooks(
      [
        {},
        {
          onBeforeStart: () => {
            asked.push('bad');
            throw new Error('a bad hook');
          },
        },
        {
          onBeforeStart: () => {
            asked.push('silent');
            return new Promise(() => undefined);
          },
        },
        {
          onBeforeStart: async () => {
            asked.push('no');
            return false;
          },
        },
        { onBeforeStart: () => void asked.push('never asked') },
      ],
      logger,
    );
    const answer = hooks.allow((hook) => hook.onBeforeStart?.());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBe(false);
    expect(asked).toEqual(['bad', 'silent', 'no']);
    expect(warnings).toEqual([
      'A lifecycle hook threw: a bad hook',
      'A lifecycle hook threw: no answer within 10000 ms',
    ]);
    expect(await new LifecycleHooks([], logger).allow(() => false)).toBe(true);
  });
});
