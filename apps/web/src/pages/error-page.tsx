import type { ErrorComponentProps } from '@tanstack/react-router';
import { Notice } from '../ui/notice.js';

/** When a page cannot be shown at all. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  return (
    <main>
      <Notice tone="bad" title="This page cannot be shown." action={{ label: 'Try again', run: reset }}>
        {error instanceof Error ? error.message : String(error)}
      </Notice>
    </main>
  );
}
