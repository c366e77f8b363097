import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disagreements } from '../corpus/agreement.js';
import { readScenario } from '../corpus/scenario.js';

const folder = join(import.meta.dirname, '../corpus/cases');
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const textOf = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');

interface Changeable {
  events: { event_type: string; data: Record<string, unknown> }[];
  expected_commands: Record<string, unknown>[];
  replay_commands: Record<string, unknown>[];
  determinism_test: { violation_type: string; expected_error_contains: string[] };
}

/** What is said of a case that was changed so that it is wrong. */
async function changed(name: string, change: (file: Changeable) => void): Promise<readonly string[]> {
  const file = JSON.parse(textOf(name)) as Changeable;
  change(file);
  return disagreements(readScenario(JSON.stringify(file), name));
}

describe('the replay corpus', () => {
  it.each(names)('agrees: %s', async (name) => {
    expect(await disagreements(readScenario(textOf(name), name))).toEqual([]);
  });

  it('has a case of every command class and of every violation', () => {
    const all = names.map(textOf).join('\n');
    for (const event of ['TaskScheduled', 'TimerStarted', 'PromiseCreated', 'ChildWorkflowInitiated']) {
      expect(all).toContain(event);
    }
    for (const word of ['OperationCompleted', 'StateSet', 'StateCleared', 'CancelTimer', 'RequestCancelTask']) {
      expect(all).toContain(word);
    }
    const violations = names.flatMap((name) => {
      const { determinism_test: test } = JSON.parse(textOf(name)) as Partial<Changeable>;
      return test?.violation_type ?? [];
    });
    expect([...new Set(violations)].toSorted()).toEqual([
      'ChildWorkflowMismatch',
      'OperationNameMismatch',
      'PromiseNameMismatch',
      'StateKeyMismatch',
      'TaskTypeMismatch',
      'TimerIdMismatch',
      'TypeMismatch',
    ]);
  });
});

describe('a case that is wrong', () => {
  it.each<[string, string, (file: Changeable) => void, RegExp]>([
    ['a command too many', 'task-after-task', (file) => file.expected_commands.unshift(timer()), /new commands/],
    [
      'another kind than recorded',
      'task-after-task',
      (file) => void (file.expected_commands[0] = task('pack')),
      /FAILED/,
    ],
    ['no violation', 'determinism-violation-task', (file) => same(file), /no violation/],
    [
      'another violation',
      'determinism-violation-task',
      (file) => void (file.determinism_test.violation_type = 'TimerIdMismatch'),
      /is TaskTypeMismatch, not TimerIdMismatch/,
    ],
    [
      'other words',
      'determinism-violation-task',
      (file) => file.determinism_test.expected_error_contains.push('moon'),
      /does not say "moon"/,
    ],
  ])('%s is seen', async (_what, name, change, words) => {
    expect((await changed(name, change)).join('\n')).toMatch(words);
  });

  it.each<[string, (file: Changeable & { name: string }) => void, RegExp]>([
    ['a hole in its numbers', (file) => void file.events.splice(1, 1), /event 2 has the number 3/],
    ['an unknown command', (file) => file.expected_commands.push({ type: 'Dance' }), /no command Dance/],
    ['another name than its file', (file) => void (file.name = 'x'), /its name is x/],
    ['a text for a number', (file) => file.expected_commands.push({ type: 'StartTimer', duration: '5' }), /no number/],
  ])('%s is refused', async (_what, change, words) => {
    await expect(changed('task-after-task', change as (file: Changeable) => void)).rejects.toThrow(words);
  });
});

const task = (kind: string) => ({ type: 'ScheduleTask', kind });
const timer = () => ({ type: 'StartTimer', duration: 5 });

function same(file: Changeable): void {
  file.replay_commands = [task('reserve')];
}
