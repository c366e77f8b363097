import { useExecution } from '@flovyn/react';
import { useParams } from '@tanstack/react-router';
import { RunPage } from '../run/run-page.js';

/** One workflow execution. */
export function WorkflowPage() {
  const { id } = useParams({ from: '/org/$slug/workflows/executions/$id' });
  const run = useExecution({ type: 'workflow', id });
  return <RunPage key={id} target={{ type: 'workflow', id }} run={run} />;
}
