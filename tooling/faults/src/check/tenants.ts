import type { Evidence, Violation } from './evidence.js';

/** C11: what belongs to one organisation is in nobody else's stream, nor anywhere else where they may look. */
export function checkTenants({ ops, dump, captures }: Evidence): Violation[] {
  const owners = new Map(dump.executions.map(({ id, org }) => [id, org]));
  const leaked = captures.flatMap(({ name, org, lines }): Violation[] => {
    const foreign = lines.find((line) => {
      const owner = line.type === 'entry' ? owners.get(line.execution) : undefined;
      return owner !== undefined && owner !== org;
    });
    if (foreign?.type !== 'entry') return [];
    const message = `${name} was told ${foreign.id} of another organisation's execution`;
    return [{ check: 'C11', execution: foreign.execution, message }];
  });
  const shown = ops.flatMap(({ id, type, outcome, status, execution }): Violation[] => {
    if (type !== 'spy' || outcome !== 'fail') return [];
    return [{ check: 'C11', execution, message: `${id}: another organisation was answered ${status}` }];
  });
  const mixed = dump.tasks.flatMap(({ id, org, execution }): Violation[] => {
    return owners.get(execution) === org
      ? []
      : [{ check: 'C11', execution, message: `Task ${id} is another organisation's` }];
  });
  return [...leaked, ...shown, ...mixed];
}
