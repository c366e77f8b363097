import { useId } from 'react';

/** How far something is: a bar, the number, and what was said about it. */
export function ProgressLine({
  value,
  details,
  label,
}: {
  value: number;
  details?: string | undefined;
  label: string;
}) {
  const id = useId();
  const percent = `${Math.round(value * 100)} %`;
  return (
    <div className="progress-line">
      <progress id={id} max={1} value={value} aria-label={label} />
      <output htmlFor={id}>{percent}</output>
      {details !== undefined && details !== '' && <p className="quiet small">{details}</p>}
    </div>
  );
}
