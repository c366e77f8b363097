import { type ReactNode, type SubmitEvent, useState } from 'react';
import { newKey } from './new-key.js';

interface StartFormProps {
  readonly title: string;
  readonly description: string;
  readonly children: ReactNode;
  /** Starts it, and resolves when it has been started. The key is the same for every try of one start. */
  readonly start: (fields: FormData, idempotencyKey: string) => Promise<void>;
}

/** A form whose button starts something once, however often it is pressed. */
export function StartForm({ title, description, children, start }: StartFormProps) {
  const [key, setKey] = useState(newKey);
  const [state, setState] = useState<'idle' | 'starting' | Error>('idle');

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (state === 'starting') return;
    setState('starting');
    try {
      await start(new FormData(event.currentTarget), key);
      setKey(newKey());
      setState('idle');
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return (
    <form className="stack" onSubmit={(event) => void submit(event)} aria-label={title}>
      <div>
        <h3>{title}</h3>
        <p className="quiet small">{description}</p>
      </div>
      {children}
      {state instanceof Error && (
        <p className="field" role="alert">
          <span className="error">It was not started. {state.message}</span>
        </p>
      )}
      <div className="actions">
        <button type="submit" className="primary" disabled={state === 'starting'}>
          {state === 'starting' ? 'Starting…' : 'Start'}
        </button>
      </div>
    </form>
  );
}
