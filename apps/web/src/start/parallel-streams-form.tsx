import { useStartWorkflow } from '@flovyn/react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useId } from 'react';
import { StartForm } from './start-form.js';

/** Starts the example "parallel-streams". */
export function ParallelStreamsForm() {
  const id = useId();
  const { slug } = useParams({ from: '/org/$slug' });
  const navigate = useNavigate();
  const { mutateAsync } = useStartWorkflow();
  return (
    <StartForm
      title="Two stories at once"
      description="A workflow with two tasks that stream side by side."
      start={async (fields, idempotencyKey) => {
        const started = await mutateAsync({
          kind: 'parallel-streams',
          input: { words_per_second: Number(fields.get('speed')) },
          idempotencyKey,
        });
        await navigate({ to: '/org/$slug/workflows/executions/$id', params: { slug, id: started.id } });
      }}
    >
      <div className="field">
        <label htmlFor={id}>Words per second</label>
        <input id={id} name="speed" type="number" required min={1} max={1_000} defaultValue={12} />
      </div>
    </StartForm>
  );
}
