import type { TaskStatus, Unrecognized, WorkflowStatus } from '@flovyn/events';

/** The mood of a status: its colours. */
export type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'still';

type AnyStatus = WorkflowStatus | TaskStatus | Unrecognized;

const LOOKS: Record<AnyStatus, { readonly word: string; readonly tone: Tone; readonly mark: string }> = {
  PENDING: { word: 'Pending', tone: 'still', mark: 'M6 3.2V6l2 1.4' },
  RUNNING: { word: 'Running', tone: 'busy', mark: 'M4.6 3.6 8.4 6 4.6 8.4Z' },
  WAITING: { word: 'Waiting', tone: 'waiting', mark: 'M4.5 4v4M7.5 4v4' },
  CANCELLING: { word: 'Stopping', tone: 'waiting', mark: 'M4.2 4.2h3.6v3.6H4.2Z' },
  COMPLETED: { word: 'Completed', tone: 'good', mark: 'M3.4 6.2 5.2 8l3.4-3.8' },
  FAILED: { word: 'Failed', tone: 'bad', mark: 'M4.2 4.2l3.6 3.6M7.8 4.2 4.2 7.8' },
  CANCELLED: { word: 'Cancelled', tone: 'still', mark: 'M3.6 6h4.8' },
  UNRECOGNIZED: { word: 'Unknown', tone: 'still', mark: 'M6 3.6v3M6 8.3v.1' },
};

/** A status as a word, for text. */
export function statusWord(status: AnyStatus): string {
  return LOOKS[status].word;
}

/** A status as colour, mark and word. */
export function StatusBadge({ status }: { readonly status: AnyStatus }) {
  const { word, tone, mark } = LOOKS[status];
  return (
    <span className={`badge tone-${tone}`}>
      <svg viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" aria-hidden>
        <circle cx="6" cy="6" r="5" />
        <path d={mark} strokeLinejoin="round" />
      </svg>
      {word}
    </span>
  );
}
