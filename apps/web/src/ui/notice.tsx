import type { ReactNode } from 'react';
import type { Tone } from './status-badge.js';

/** Something that has to be known about the part of the page it stands on. */
export function Notice({ tone, title, children, action }: NoticeProps) {
  return (
    <div className={`notice tone-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <p>
        <strong>{title}</strong> {children}
      </p>
      {action !== undefined && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}

interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

/** A place where there is nothing yet: why, and what to do about it. */
export function Blank({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="blank">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** A place whose content is on its way. Shown after a moment, so that what is fast does not flash. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div className="skeleton" aria-busy>
      <p className="visually-hidden">Loading…</p>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}
