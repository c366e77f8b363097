import type { Numbered } from './numbers.js';

/** Counts under labels of which not all sets are known beforehand. Whoever adds keeps each label to words of ours. */
export interface Series<Names extends readonly string[]> {
  readonly labelNames: Names;
  add(...labels: { [Index in keyof Names]: string }): void;
  read(): Iterable<Numbered>;
}

export function createSeries<const Names extends readonly string[]>(labelNames: Names): Series<Names> {
  const all = new Map<string, { readonly labels: Readonly<Record<string, string>>; count: number }>();
  return {
    labelNames,
    add(...labels) {
      const words: readonly string[] = labels;
      const name = words.join(' ');
      const known = all.get(name);
      if (known !== undefined) known.count++;
      else
        all.set(name, {
          labels: Object.fromEntries(labelNames.map((label, at) => [label, words[at] ?? ''])),
          count: 1,
        });
    },
    read: () => [...all.values()].map(({ count, labels }) => [count, labels]),
  };
}
