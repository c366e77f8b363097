import { historyToStream } from '@flovyn/events';
import type { Evidence, Fact, Violation } from './evidence.js';
import { firstText } from './digest.js';
import { groupBy } from './group.js';

const ANNOUNCED = new Set<string | null>(Object.values(historyToStream));

/** C5: every subscriber was told what the facts of the history announce, in their order. */
export function checkNews({ dump, captures }: Evidence): Violation[] {
  const histories = groupBy(dump.facts, ({ execution }) => execution);
  const expected = new Map<string, readonly string[]>();
  for (const [execution, facts] of histories) expected.set(execution, facts.flatMap(newsOf));

  return captures.flatMap(({ name, lines, hasEnded }): Violation[] => {
    // One that was not read to its end is another check's.
    if (!hasEnded) return [];
    const news = lines.flatMap((line) =>
      line.type === 'entry' && line.isNews && ANNOUNCED.has(line.name) ? [line] : [],
    );
    return [...groupBy(news, ({ execution }) => execution)].flatMap(([execution, told]) => {
      const should = expected.get(execution);
      // A standalone task has no history.
      if (should === undefined) return [];
      const was = told.map(({ name: event, subject }) => `${event} ${subject}`);
      const at = Array.from({ length: Math.max(was.length, should.length) }).findIndex((_, i) => was[i] !== should[i]);
      if (at === -1) return [];
      return [{ check: 'C5', execution, message: `${name} was told ${was[at]} where the history says ${should[at]}` }];
    });
  });
}

/** The members of facts that say what they are about. */
const SUBJECTS = ['childExecutionId', 'taskExecutionId', 'timerId', 'promiseId', 'operationName', 'key'] as const;

function newsOf({ type, data, execution }: Fact): string[] {
  const name = (historyToStream as Readonly<Record<string, string | null>>)[type];
  if (name === null || name === undefined) return [];
  return [`${name} ${firstText(data, SUBJECTS) ?? execution}`];
}
