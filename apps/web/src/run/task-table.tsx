import type { TaskView } from '@flovyn/client';
import { type StreamRow, type ExecutionTarget, useLiveView } from '@flovyn/react';
import { StatusBadge } from '../ui/status-badge.js';
import { Clock, duration } from '../ui/time.js';
import { attemptsOf } from './attempts.js';

/** The tasks of an execution, each with its attempts. */
export function TaskTable({ target }: { readonly target: ExecutionTarget }) {
  const tasks = useLiveView(target, (view) => view.tasks);
  const rows = useLiveView(target, (view) => view.rows);
  if (tasks.size === 0) return null;
  return (
    <section className="card" aria-labelledby="tasks">
      <header>
        <h2 id="tasks">{target.type === 'task' ? 'Attempts' : 'Tasks'}</h2>
        {target.type === 'workflow' && <span className="quiet small">{tasks.size.toLocaleString()}</span>}
      </header>
      <div className="scroll" tabIndex={0} role="region" aria-labelledby="tasks">
        <table>
          <thead>
            <tr>
              <th>Task</th>
              <th>Status</th>
              <th className="number">Attempt</th>
              <th className="hide-when-narrow">Started</th>
              <th className="number hide-when-narrow">Took</th>
            </tr>
          </thead>
          <tbody>
            {[...tasks.values()].map((task) => (
              <TaskRows key={task.id} task={task} rows={rows} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function TaskRows({ task, rows }: { readonly task: TaskView; readonly rows: readonly StreamRow[] }) {
  const attempts = attemptsOf(rows, task.id);
  const allowed = task.maxRetries === undefined ? '' : ` of ${task.maxRetries + 1}`;
  if (attempts.length === 0) {
    return (
      <tr>
        <td>{task.kind ?? task.id}</td>
        <td>{task.status !== undefined && <StatusBadge status={task.status} />}</td>
        <td className="number">–</td>
        <td className="hide-when-narrow">–</td>
        <td className="number hide-when-narrow">–</td>
      </tr>
    );
  }
  return attempts.map(({ attempt, status, error, startedAtMs, endedAtMs }) => (
    <tr key={attempt}>
      <td>
        {task.kind ?? task.id}
        {error !== undefined && <p className="quiet">{error}</p>}
      </td>
      <td>
        <StatusBadge status={status} />
      </td>
      <td className="number">
        {attempt}
        {allowed}
      </td>
      <td className="hide-when-narrow">
        <Clock at={startedAtMs} />
      </td>
      <td className="number hide-when-narrow">{endedAtMs === undefined ? '–' : duration(endedAtMs - startedAtMs)}</td>
    </tr>
  ));
}
