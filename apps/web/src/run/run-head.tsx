import { type ExecutionTarget, type TaskExecution, type WorkflowExecution, useLiveView } from '@flovyn/react';
import { CopyId } from '../ui/copy-id.js';
import { Notice } from '../ui/notice.js';
import { StatusBadge, statusWord } from '../ui/status-badge.js';
import { Ago, Took, useNow } from '../ui/time.js';
import { waitingText } from './event-labels.js';
import { Freshness } from './freshness.js';

/** What it is, how it is, and how fresh that is. */
export function RunHead({
  target,
  run,
}: {
  readonly target: ExecutionTarget;
  readonly run: WorkflowExecution | TaskExecution;
}) {
  const freshness = useLiveView(target, (view) => view.freshness);
  const { id, kind, status, createdAt, completedAt, queue, workerId } = run;
  const waitingOn = 'waitingOn' in run && status === 'WAITING' ? (run.waitingOn ?? []) : [];
  return (
    <header>
      <title>{`${statusWord(status)} · ${kind} · Flovyn`}</title>
      <div className="page-head">
        <h1>{kind}</h1>
        <StatusBadge status={status} />
        {waitingOn.length > 0 && <span className="quiet small">{waitingText(waitingOn)}</span>}
        <div className="end">
          <Freshness freshness={freshness} />
        </div>
      </div>
      {/* Said once per change, to those who do not see the badge. */}
      <p className="visually-hidden" role="status">
        {kind} is {statusWord(status).toLowerCase()}
      </p>
      <dl className="facts">
        <div>
          <dt>Id</dt>
          <dd>
            <CopyId id={id} />
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Ago at={createdAt} />
          </dd>
        </div>
        {completedAt != null && (
          <div>
            <dt>Took</dt>
            <dd>
              <Took from={createdAt} to={completedAt} />
            </dd>
          </div>
        )}
        <div>
          <dt>Queue</dt>
          <dd>{queue}</dd>
        </div>
        {workerId != null && (
          <div>
            <dt>Worker</dt>
            <dd>{workerId}</dd>
          </div>
        )}
      </dl>
      {status === 'PENDING' && <Unclaimed since={createdAt} queue={queue} />}
    </header>
  );
}

/** Ten seconds: a worker that is there takes work in milliseconds. */
const PATIENCE_MS = 10_000;

function Unclaimed({ since, queue }: { readonly since: string; readonly queue: string }) {
  if (useNow() - Date.parse(since) < PATIENCE_MS) return null;
  return (
    <Notice tone="waiting" title="No worker has taken this yet.">
      It needs one that knows this kind and listens to the queue <code>{queue}</code>.
    </Notice>
  );
}
