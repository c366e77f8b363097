import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { sessionQuery } from '../session.js';
import { Notice, Skeleton } from '../ui/notice.js';
import { SignIn } from './sign-in.js';

/** Waits until it is known who looks, and asks when it is nobody. */
export function RootPage() {
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Skeleton />;
  if (session.isError) {
    return (
      <main>
        <Notice
          tone="bad"
          title="The server does not answer."
          action={{ label: 'Try again', run: () => void session.refetch() }}
        >
          {session.error.message}
        </Notice>
      </main>
    );
  }
  return session.data === null ? <SignIn /> : <Outlet />;
}
