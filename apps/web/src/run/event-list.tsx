import { type StreamRow, type ExecutionTarget, useLiveView } from '@flovyn/react';
import { useLayoutEffect, useRef, useState } from 'react';
import { Clock } from '../ui/time.js';
import { DataLine } from './data-line.js';
import { labelOf } from './event-labels.js';

/** 200 lines: more than a screen, and quick to draw. */
const SHOWN = 200;

/** What happened, line by line, newest last. */
export function EventList({ target }: { readonly target: ExecutionTarget }) {
  const rows = useLiveView(target, (view) => view.rows);
  const [isWhole, setWhole] = useState(false);
  const list = useFollowed(rows.length);
  const hidden = isWhole ? 0 : Math.max(0, rows.length - SHOWN);
  return (
    <section className="card" aria-labelledby="events">
      <header>
        <h2 id="events">Events</h2>
        <span className="quiet small">{rows.length.toLocaleString()}</span>
        {hidden > 0 && (
          <button type="button" className="plain end" onClick={() => setWhole(true)}>
            Show {hidden.toLocaleString()} earlier
          </button>
        )}
      </header>
      {rows.length === 0 ? (
        <p className="body quiet">Nothing has happened yet.</p>
      ) : (
        <ol className="events scroll" ref={list} tabIndex={0} aria-label="Events, oldest first">
          {rows.slice(hidden).map((row) => (
            <EventRow key={row.key} row={row} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** Keeps the end of a scrolled list in view while it grows, unless somebody has scrolled away from it. */
function useFollowed(length: number) {
  const ref = useRef<HTMLOListElement>(null);
  const before = useRef(0);
  useLayoutEffect(() => {
    const list = ref.current;
    if (list === null) return;
    const wasAtEnd = list.scrollTop + list.clientHeight >= before.current - 4;
    if (wasAtEnd) list.scrollTop = list.scrollHeight;
    before.current = list.scrollHeight;
  }, [length]);
  return ref;
}

function EventRow({ row }: { readonly row: StreamRow }) {
  switch (row.kind) {
    case 'news': {
      const { text, detail, tone } = labelOf(row.frame.event);
      return (
        <li className={`tone-${tone}`}>
          <span className="seq">{row.frame.seq}</span>
          <Clock at={row.frame.timestampMs} />
          <span className="what">
            {text} {detail !== undefined && <span className="quiet">{detail}</span>}
          </span>
        </li>
      );
    }
    case 'output': {
      const { event, seq, timestampMs } = row.frame;
      return (
        <li>
          <span className="seq">{seq}</span>
          <Clock at={timestampMs} />
          <span className="what">
            {event.type === 'data' ? <DataLine data={event.data} /> : `Warning: ${event.message}`}
          </span>
        </li>
      );
    }
    case 'gap': {
      const { from, to, reason } = row.gap;
      return (
        <li className="marker">
          <span className="seq">{from}</span>
          <span className="what">
            {gapText(reason)}{' '}
            <span className="quiet">{from === to ? `Entry ${from}` : `Entries ${from} to ${to}`}</span>
          </span>
        </li>
      );
    }
    case 'undecoded':
      return (
        <li className="marker">
          <span className="seq">{row.entry.head?.seq}</span>
          <span className="what">
            {'name' in row.entry ? row.entry.name : 'An entry'} is not known to this version of the page.{' '}
            <code>{JSON.stringify(row.entry.raw)?.slice(0, 2_000)}</code>
          </span>
        </li>
      );
  }
}

/** Why entries are missing, in words. */
export function gapText(reason: string): string {
  switch (reason) {
    case 'expired':
      return 'Older output is no longer kept.';
    case 'epoch':
      return 'The server lost its last moments in a crash; this list begins again.';
    case 'overflow':
      return 'More came at once than could be sent.';
    default:
      return 'Something is missing here.';
  }
}
