import { type StreamRow, type ExecutionTarget, useLiveView } from '@flovyn/react';
import { useMemo } from 'react';
import { ProgressLine } from '../ui/progress-line.js';
import { StatusBadge } from '../ui/status-badge.js';
import { DataLine } from './data-line.js';

/** What one task streams: its text, its progress, and what else it has to say. */
export function TaskOutput({ target, taskId }: { readonly target: ExecutionTarget; readonly taskId: string }) {
  // Its own subscription: a token is drawn here and nowhere else.
  const task = useLiveView(target, (view) => view.tasks.get(taskId));
  const rows = useLiveView(target, (view) => view.rows);
  const outputs = useMemo(() => outputsOf(rows, taskId, task?.attempt), [rows, taskId, task?.attempt]);
  if (task === undefined) return null;
  const name = task.kind ?? 'Task';
  const isOpen = task.status === 'RUNNING';
  const takenBack = task.failedAttempts.findLast(({ attempt }) => attempt < task.attempt);

  return (
    <section className="output body" aria-label={`Output of ${name}`}>
      <header>
        <h3>{name}</h3>
        {task.status !== undefined && <StatusBadge status={task.status} />}
        {task.attempt > 1 && <span className="quiet small">attempt {task.attempt}</span>}
      </header>
      {takenBack !== undefined && (
        <p className="quiet small">
          Attempt {takenBack.attempt} failed, and what it had said was taken back. {takenBack.error}
        </p>
      )}
      {task.text !== '' && (
        <p className={`streamed ${isOpen ? 'is-open' : ''}`} aria-busy={isOpen}>
          {task.text}
        </p>
      )}
      {task.progress !== undefined && (
        <ProgressLine value={task.progress} details={task.progressDetails} label={`Progress of ${name}`} />
      )}
      {outputs.length > 0 && (
        <ul className="outputs">
          {outputs.map(({ key, frame: { event } }) =>
            event.type === 'data' ? (
              <li key={key}>
                <DataLine data={event.data} />
              </li>
            ) : (
              <li key={key} className="tone-bad">
                <strong>Warning</strong> {event.message}
                {event.code !== undefined && <span className="quiet"> ({event.code})</span>}
              </li>
            ),
          )}
        </ul>
      )}
      {task.text === '' && task.progress === undefined && outputs.length === 0 && (
        <p className="quiet small">{isOpen ? 'Nothing said yet.' : 'It said nothing while it ran.'}</p>
      )}
      {task.error !== undefined && (
        <ul className="outputs">
          <li className="tone-bad">
            <strong>Failed</strong> {task.error}
          </li>
        </ul>
      )}
    </section>
  );
}

/** Only of the newest attempt: what an earlier one said is void. */
function outputsOf(rows: readonly StreamRow[], taskId: string, attempt: number | undefined) {
  return rows
    .filter((row) => row.kind === 'output')
    .filter(({ frame }) => frame.taskExecutionId === taskId && (frame.attempt ?? attempt) === attempt);
}
