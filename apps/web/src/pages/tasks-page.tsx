import { taskStatuses } from '@flovyn/events';
import { type TaskExecution, useExecutions } from '@flovyn/react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { DataExportForm } from '../start/data-export-form.js';
import { StartPanel } from '../start/start-panel.js';
import { ListCard } from '../ui/list-card.js';
import { StatusBadge } from '../ui/status-badge.js';
import { StatusFilter } from '../ui/status-filter.js';
import { Ago } from '../ui/time.js';

const ROUTE = '/org/$slug/tasks/executions';

/** The newest standalone tasks, and a form that starts one. */
export function TasksPage() {
  const { status } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const list = useExecutions({ type: 'task', status });
  const setStatus = (word: typeof status) => void navigate({ search: { status: word } });

  return (
    <>
      <title>Tasks · Flovyn</title>
      <div className="page-head">
        <h1>Standalone tasks</h1>
        <div className="end">
          <StatusFilter words={taskStatuses} value={status} onChange={setStatus} />
        </div>
      </div>
      <div className="with-aside">
        <ListCard
          list={list}
          label="Standalone tasks"
          isFiltered={status !== undefined}
          onUnfilter={() => setStatus(undefined)}
          emptyTitle="No task has run on its own yet."
          emptyText="Start the example, or your own over the REST interface."
          columns={
            <>
              <th>Task</th>
              <th>Status</th>
              <th>Progress</th>
              <th className="number hide-when-narrow">Attempt</th>
              <th className="number hide-when-narrow">Created</th>
            </>
          }
          row={(task) => <Row key={task.id} task={task} />}
        />
        <StartPanel title="Start a task">
          <DataExportForm />
        </StartPanel>
      </div>
    </>
  );
}

function Row({ task }: { readonly task: TaskExecution }) {
  const { slug } = useParams({ from: '/org/$slug' });
  const { id, kind, status, progress, executionCount, maxRetries, createdAt } = task;
  return (
    <tr>
      <td>
        <Link to="/org/$slug/tasks/executions/$id" params={{ slug, id }} className="kind">
          {kind}
        </Link>
        <span className="quiet">
          <code>{id.slice(-12)}</code>
        </span>
      </td>
      <td>
        <StatusBadge status={status} />
      </td>
      <td>{progress == null ? '–' : <progress max={1} value={progress} aria-label={`Progress of ${kind}`} />}</td>
      <td className="number hide-when-narrow">
        {executionCount === 0 ? '–' : `${executionCount} of ${maxRetries + 1}`}
      </td>
      <td className="number hide-when-narrow">
        <Ago at={createdAt} />
      </td>
    </tr>
  );
}
