import { Children, type ReactNode, useState } from 'react';

/** Forms that start something: beside the list where there is room, folded above it where there is not. */
export function StartPanel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const [isRoomy] = useState(() => window.matchMedia('(min-width: 60.01rem)').matches);
  return (
    <details className="card first-when-narrow" open={isRoomy}>
      <summary>{title}</summary>
      {Children.map(children, (form) => (
        <div className="body">{form}</div>
      ))}
    </details>
  );
}
