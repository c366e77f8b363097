import { type ExecutionTarget, useReconnect, useLiveView } from '@flovyn/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Notice } from '../ui/notice.js';

/** A break shorter than this is not worth a word. */
const PATIENCE_MS = 2_000;

/** Says that the live view is interrupted, and why. What is shown stays. */
export function ConnectionNotice({ target }: { readonly target: ExecutionTarget }) {
  const connection = useLiveView(target, (view) => view.connection);
  const isStale = useLiveView(target, (view) => view.freshness === 'stale');
  const isLasting = useLasting(isStale, PATIENCE_MS);
  const isOnline = useSyncExternalStore(onNetwork, () => navigator.onLine);
  const reconnect = useReconnect(target);

  if (connection.state === 'failed') {
    return (
      <Notice tone="bad" title="No live view.">
        {connection.error.message}
      </Notice>
    );
  }
  if (!isLasting) return null;
  if (!isOnline) {
    return (
      <Notice tone="waiting" title="This device is offline.">
        Shown is what was last known; it goes on as soon as the network is back.
      </Notice>
    );
  }
  return (
    <Notice tone="waiting" title="Live updates are interrupted." action={{ label: 'Try now', run: reconnect }}>
      Trying again. Nothing will be missing afterwards.
    </Notice>
  );
}

function onNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** Whether something has been true for a while. */
function useLasting(isTrue: boolean, ms: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isTrue) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [isTrue, ms]);
  return isLasting;
}
