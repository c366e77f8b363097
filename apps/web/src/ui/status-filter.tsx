import type { TaskStatus, WorkflowStatus } from '@flovyn/events';
import { useId } from 'react';
import { statusWord } from './status-badge.js';

interface StatusFilterProps<Word> {
  readonly words: readonly Word[];
  readonly value: Word | undefined;
  readonly onChange: (word: Word | undefined) => void;
}

/** Chooses one status, or all. */
export function StatusFilter<Word extends WorkflowStatus | TaskStatus>({
  words,
  value,
  onChange,
}: StatusFilterProps<Word>) {
  const id = useId();
  return (
    <div className="filter">
      <label htmlFor={id}>Status</label>
      <select
        id={id}
        value={value ?? ''}
        onChange={({ target }) => onChange(words.find((word) => word === target.value))}
      >
        <option value="">All</option>
        {words.map((word) => (
          <option key={word} value={word}>
            {statusWord(word)}
          </option>
        ))}
      </select>
    </div>
  );
}
