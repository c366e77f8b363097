import type { LiveView } from '@flovyn/client';
import type { Tone } from '../ui/status-badge.js';

const LOOKS: Record<LiveView['freshness'], { readonly word: string; readonly tone: Tone }> = {
  'catching-up': { word: 'Catching up', tone: 'waiting' },
  live: { word: 'Live', tone: 'good' },
  stale: { word: 'Reconnecting', tone: 'bad' },
  failed: { word: 'No live view', tone: 'bad' },
  ended: { word: 'Ended', tone: 'still' },
};

/** How far what is shown can be trusted to be the present. */
export function Freshness({ freshness }: Pick<LiveView, 'freshness'>) {
  const { word, tone } = LOOKS[freshness];
  return (
    <span className={`live-dot tone-${tone} ${freshness === 'live' ? 'is-live' : ''}`} data-freshness={freshness}>
      {word}
    </span>
  );
}
