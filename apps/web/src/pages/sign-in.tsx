import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type SubmitEvent, useId } from 'react';
import { signIn } from '../session.js';

/** Asks for an API key, in place of the page that needs one. */
export function SignIn() {
  const id = useId();
  const queryClient = useQueryClient();
  const router = useRouter();
  const signingIn = useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      await queryClient.invalidateQueries();
      await router.invalidate();
    },
  });

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string') signingIn.mutate(key.trim());
  }

  return (
    <main className="sign-in">
      <form className="card stack body" onSubmit={submit}>
        <h1>Sign in</h1>
        <p className="quiet">With an API key of your organisation.</p>
        <div className="field">
          <label htmlFor={id}>API key</label>
          <input id={id} name="key" type="password" autoComplete="current-password" required autoFocus />
          {signingIn.isError && (
            <p className="error" role="alert">
              {signingIn.error.message}
            </p>
          )}
        </div>
        <button type="submit" className="primary" disabled={signingIn.isPending}>
          Sign in
        </button>
      </form>
    </main>
  );
}
