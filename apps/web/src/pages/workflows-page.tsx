import { workflowStatuses } from '@flovyn/events';
import { type WorkflowExecution, useExecutions } from '@flovyn/react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { waitingText } from '../run/event-labels.js';
import { ParallelStreamsForm } from '../start/parallel-streams-form.js';
import { StartPanel } from '../start/start-panel.js';
import { StreamingLlmForm } from '../start/streaming-llm-form.js';
import { ListCard } from '../ui/list-card.js';
import { StatusBadge } from '../ui/status-badge.js';
import { StatusFilter } from '../ui/status-filter.js';
import { Ago, Took } from '../ui/time.js';

const ROUTE = '/org/$slug/workflows/executions';

/** The newest executions, and forms that start one. */
export function WorkflowsPage() {
  const { status } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const list = useExecutions({ type: 'workflow', status });
  const setStatus = (word: typeof status) => void navigate({ search: { status: word } });

  return (
    <>
      <title>Workflows · Flovyn</title>
      <div className="page-head">
        <h1>Workflow executions</h1>
        <div className="end">
          <StatusFilter words={workflowStatuses} value={status} onChange={setStatus} />
        </div>
      </div>
      <div className="with-aside">
        <ListCard
          list={list}
          label="Workflow executions"
          isFiltered={status !== undefined}
          onUnfilter={() => setStatus(undefined)}
          emptyTitle="No workflow has run yet."
          emptyText="Start one of the examples, or your own with the SDK or the REST interface."
          columns={
            <>
              <th>Workflow</th>
              <th>Status</th>
              <th className="hide-when-narrow">Queue</th>
              <th className="number">Created</th>
              <th className="number hide-when-narrow">Took</th>
            </>
          }
          row={(execution) => <Row key={execution.id} execution={execution} />}
        />
        <StartPanel title="Start a run">
          <StreamingLlmForm />
          <ParallelStreamsForm />
        </StartPanel>
      </div>
    </>
  );
}

function Row({ execution }: { readonly execution: WorkflowExecution }) {
  const { slug } = useParams({ from: '/org/$slug' });
  const { id, kind, status, waitingOn, queue, createdAt, completedAt } = execution;
  const isWaiting = status === 'WAITING' && waitingOn != null && waitingOn.length > 0;
  return (
    <tr>
      <td>
        <Link to="/org/$slug/workflows/executions/$id" params={{ slug, id }} className="kind">
          {kind}
        </Link>
        <span className="quiet">{isWaiting ? `waits ${waitingText(waitingOn)}` : <code>{id.slice(-12)}</code>}</span>
      </td>
      <td>
        <StatusBadge status={status} />
      </td>
      <td className="hide-when-narrow">{queue}</td>
      <td className="number">
        <Ago at={createdAt} />
      </td>
      <td className="number hide-when-narrow">
        {completedAt == null ? '–' : <Took from={createdAt} to={completedAt} />}
      </td>
    </tr>
  );
}
