import { useStartTask } from '@flovyn/react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useId } from 'react';
import { StartForm } from './start-form.js';

/** Starts the example "data-export-task". */
export function DataExportForm() {
  const id = useId();
  const { slug } = useParams({ from: '/org/$slug' });
  const navigate = useNavigate();
  const { mutateAsync } = useStartTask();
  return (
    <StartForm
      title="Export data"
      description="A task that writes rows to a file, batch by batch."
      start={async (fields, idempotencyKey) => {
        const started = await mutateAsync({
          kind: 'data-export-task',
          input: {
            format: fields.get('format'),
            dataset_name: fields.get('dataset'),
            record_count: Number(fields.get('count')),
            rows_per_second: Number(fields.get('speed')),
          },
          idempotencyKey,
        });
        await navigate({ to: '/org/$slug/tasks/executions/$id', params: { slug, id: started.id } });
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-format`}>Format</label>
        <select id={`${id}-format`} name="format">
          <option value="csv">CSV</option>
          <option value="json">JSON</option>
          <option value="ndjson">NDJSON</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-dataset`}>Dataset</label>
        <input id={`${id}-dataset`} name="dataset" required pattern="[a-z0-9_\-]{1,64}" defaultValue="orders" />
      </div>
      <div className="field">
        <label htmlFor={`${id}-count`}>Rows</label>
        <input id={`${id}-count`} name="count" type="number" required min={0} max={10_000_000} defaultValue={5_000} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-speed`}>Rows per second</label>
        <input id={`${id}-speed`} name="speed" type="number" required min={1} defaultValue={1_000} />
      </div>
    </StartForm>
  );
}
