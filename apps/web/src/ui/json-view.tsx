import { useState } from 'react';

/** 20,000 characters: more than anyone reads at a glance, less than slows the page. */
const CUT = 20_000;

/** A JSON value as text, cut when it is long. */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [isWhole, setWhole] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? 'undefined';
  const isCut = text.length > CUT && !isWhole;
  return (
    <>
      <pre className="json" aria-label={label} role="region" tabIndex={0}>
        {isCut ? `${text.slice(0, CUT)}…` : text}
      </pre>
      {isCut && (
        <p className="body">
          <button type="button" onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString()} characters
          </button>
        </p>
      )}
    </>
  );
}
