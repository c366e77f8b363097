/** One order of the dataset. */
export interface Row {
  readonly id: number;
  readonly customer: string;
  readonly email: string;
  readonly amount_cents: number;
  readonly created_at: string;
}

const FIRST = ['Ada', 'Bo', 'Chidi', 'Dagny', 'Emre', 'Fatima', 'Goran', 'Hana', 'Iker', 'Jun'] as const;
const LAST = ['Abara', 'Brandt', 'Castro', 'Dogan', 'Eriksen', 'Fukuda', 'Garcia', 'Haddad'] as const;
const COMPANY = ['', ' & Sons', ', "The Corner Shop"', ', Ltd.'] as const;
const FIRST_DAY_MS = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** The row at `index` of a dataset, from 0. The same name and index always give the same row, so a retry exports the same file. */
export function rowOf(dataset: string, index: number): Row {
  const random = numbersOf(`${dataset}/${index}`);
  const first = pick(FIRST, random());
  const last = pick(LAST, random());
  return {
    id: index + 1,
    customer: `${first} ${last}${pick(COMPANY, random())}`,
    email: `${first}.${last}@example.com`.toLowerCase(),
    amount_cents: 100 + Math.floor(random() * 99_900),
    created_at: new Date(FIRST_DAY_MS + Math.floor(random() * YEAR_MS)).toISOString(),
  };
}

function pick<const Item>(items: readonly [Item, ...Item[]], random: number): Item {
  return items[Math.floor(random * items.length)] ?? items[0];
}

/** Numbers in [0, 1) that depend on the text alone: xorshift32, started from an FNV-1a hash. */
function numbersOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  // Zero is the one state xorshift never leaves.
  state ||= 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
