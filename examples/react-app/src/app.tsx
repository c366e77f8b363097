import {
  type TaskExecution,
  useExecution,
  useExecutions,
  useLiveView,
  useReconnect,
  useStartTask,
  useStartWorkflow,
  useTaskStream,
} from '@flovyn/react';
import { useState } from 'react';

/** A question to a language model, whose answer appears while it is made, and exports with a bar each. */
export function App() {
  const [workflowId, setWorkflowId] = useState<string>();
  return (
    <main>
      <h1>Flovyn in a React app</h1>
      <Ask onStarted={setWorkflowId} />
      {workflowId !== undefined && <Answer key={workflowId} id={workflowId} />}
      <Exports />
    </main>
  );
}

function Ask({ onStarted }: { readonly onStarted: (id: string) => void }) {
  const { mutate, isPending, error } = useStartWorkflow();
  const ask = (form: FormData) => {
    const input = { prompt: form.get('prompt') };
    // One key per question: pressed twice, it is asked once.
    const idempotencyKey = crypto.randomUUID();
    mutate({ kind: 'streaming-llm', input, idempotencyKey }, { onSuccess: ({ id }) => onStarted(id) });
  };
  return (
    <form action={ask}>
      <label>
        Question <input name="prompt" required defaultValue="Why does a durable workflow survive a crash?" />
      </label>
      <button disabled={isPending}>Ask</button>
      {error !== null && <p role="alert">{error.message}</p>}
    </form>
  );
}

/** The words of all tasks of a run, as they are said; its status, as the server knows it. */
function Answer({ id }: { readonly id: string }) {
  const target = { type: 'workflow', id } as const;
  const { data: run } = useExecution(target);
  const tasks = useLiveView(target, (view) => view.tasks);
  const isAway = useLiveView(target, (view) => view.freshness === 'stale');
  const reconnect = useReconnect(target);
  return (
    <section aria-label="Answer">
      <p>
        {run?.status ?? 'Starting'} {isAway && <button onClick={reconnect}>Reconnecting… try now</button>}
      </p>
      {[...tasks.keys()].map((taskId) => (
        <Words key={taskId} workflowId={id} taskId={taskId} />
      ))}
    </section>
  );
}

/** A component of its own for each task: a new word draws this one and no other. */
function Words({ workflowId, taskId }: { readonly workflowId: string; readonly taskId: string }) {
  const task = useTaskStream({ type: 'workflow', id: workflowId }, taskId);
  return <p>{task?.text}</p>;
}

/** All exports, whoever has started them. The list moves by itself. */
function Exports() {
  const { data: tasks = [] } = useExecutions({ type: 'task', kind: 'data-export-task', limit: 10 });
  const { mutate, isPending } = useStartTask();
  const input = { format: 'csv', dataset_name: 'orders', record_count: 2_000, rows_per_second: 800 };
  return (
    <section aria-label="Exports">
      <button
        disabled={isPending}
        onClick={() => mutate({ kind: 'data-export-task', input, idempotencyKey: crypto.randomUUID() })}
      >
        Export
      </button>
      <ul>
        {tasks.map((task) => (
          <Export key={task.id} task={task} />
        ))}
      </ul>
    </section>
  );
}

function Export({ task: { id, status, progress, progressDetails } }: { readonly task: TaskExecution }) {
  return (
    <li>
      <code>{id.slice(-12)}</code> {status} <progress max={1} value={progress ?? 0} aria-label="Progress" />{' '}
      {progressDetails}
    </li>
  );
}
