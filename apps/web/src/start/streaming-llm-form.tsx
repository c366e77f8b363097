import { useStartWorkflow } from '@flovyn/react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useId } from 'react';
import { StartForm } from './start-form.js';

/** Starts the example "streaming-llm". */
export function StreamingLlmForm() {
  const id = useId();
  const { slug } = useParams({ from: '/org/$slug' });
  const navigate = useNavigate();
  const { mutateAsync } = useStartWorkflow();
  return (
    <StartForm
      title="Ask a language model"
      description="A workflow that streams an answer and calls a tool on the way."
      start={async (fields, idempotencyKey) => {
        const started = await mutateAsync({
          kind: 'streaming-llm',
          input: { prompt: fields.get('prompt') },
          idempotencyKey,
        });
        await navigate({ to: '/org/$slug/workflows/executions/$id', params: { slug, id: started.id } });
      }}
    >
      <div className="field">
        <label htmlFor={id}>Prompt</label>
        <textarea
          id={id}
          name="prompt"
          required
          maxLength={4_000}
          defaultValue="In three sentences: why does a durable workflow survive a crash?"
        />
      </div>
    </StartForm>
  );
}
