import { ServiceError } from '@flovyn/client';
import { type ExecutionTarget, type TaskExecution, type WorkflowExecution, useLiveView } from '@flovyn/react';
import { useMemo } from 'react';
import { NotFoundPage } from '../pages/not-found-page.js';
import { JsonView } from '../ui/json-view.js';
import { Notice, Skeleton } from '../ui/notice.js';
import { ConnectionNotice } from './connection-notice.js';
import { EventList, gapText } from './event-list.js';
import { RunHead } from './run-head.js';
import { taskGroups } from './task-groups.js';
import { TaskOutput } from './task-output.js';
import { TaskTable } from './task-table.js';

interface RunPageProps {
  readonly target: ExecutionTarget;
  readonly run: {
    readonly data: WorkflowExecution | TaskExecution | undefined;
    readonly error: Error | null;
    readonly refetch: () => Promise<unknown>;
  };
}

/** Everything about one execution, or one standalone task: what it says while it runs, and what has happened. */
export function RunPage({ target, run: { data: run, error, refetch } }: RunPageProps) {
  if (ServiceError.is(error) && ['NOT_FOUND', 'INVALID_IDENTIFIER', 'PERMISSION_DENIED'].includes(error.code)) {
    return <NotFoundPage id={target.id} />;
  }
  return (
    <div className="stack">
      {error !== null && (
        <Notice
          tone="bad"
          title={run === undefined ? 'The run could not be loaded.' : 'Some of this may be outdated.'}
          action={{ label: 'Try again', run: () => void refetch() }}
        >
          {error.message}
        </Notice>
      )}
      {run !== undefined && <RunHead target={target} run={run} />}
      <ConnectionNotice target={target} />
      {run?.error != null && (
        <Notice tone="bad" title="It failed.">
          {run.error}
        </Notice>
      )}
      {run === undefined ? (
        error === null && (
          <div className="card">
            <Skeleton lines={6} />
          </div>
        )
      ) : (
        <div className="with-aside">
          <div className="stack">
            <LiveOutput target={target} />
            <TaskTable target={target} />
            <EventList target={target} />
          </div>
          <div className="stack">
            {run.output !== undefined && run.status === 'COMPLETED' && <Payload title="Result" value={run.output} />}
            <Payload title="Input" value={run.input ?? null} />
          </div>
        </div>
      )}
    </div>
  );
}

function LiveOutput({ target }: { readonly target: ExecutionTarget }) {
  const tasks = useLiveView(target, (view) => view.tasks);
  const rows = useLiveView(target, (view) => view.rows);
  const groups = useMemo(() => taskGroups(rows, tasks.keys()), [rows, tasks]);
  const gaps = useLiveView(target, (view) => view.gaps);
  const isReplaying = useLiveView(target, (view) => view.freshness === 'catching-up');
  return (
    <section className="card" aria-labelledby="output" aria-busy={isReplaying}>
      <header>
        <h2 id="output">Live output</h2>
      </header>
      <div>
        {gaps.map((gap) => (
          <div className="body" key={`${gap.from}-${gap.to}`}>
            <Notice tone="waiting" title={gapText(gap.reason)}>
              Some of the text may be missing.
            </Notice>
          </div>
        ))}
        {tasks.size === 0 ? (
          isReplaying ? (
            <Skeleton lines={3} />
          ) : (
            <p className="body quiet">No task has said anything yet.</p>
          )
        ) : (
          groups.map((group) => (
            <div className="side-by-side" key={group[0]}>
              {group.map((id) => (
                <TaskOutput key={id} target={target} taskId={id} />
              ))}
            </div>
          ))
        )}
      </div>
    </section>
  );
}

function Payload({ title, value }: { readonly title: string; readonly value: unknown }) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <JsonView value={value} label={title} />
    </section>
  );
}
