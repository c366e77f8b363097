import { useExecution } from '@flovyn/react';
import { useParams } from '@tanstack/react-router';
import { RunPage } from '../run/run-page.js';

/** One standalone task. */
export function TaskPage() {
  const { id } = useParams({ from: '/org/$slug/tasks/executions/$id' });
  const run = useExecution({ type: 'task', id });
  return <RunPage key={id} target={{ type: 'task', id }} run={run} />;
}
