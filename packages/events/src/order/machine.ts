/** A lifecycle as a table: in which phase which event may come, and which phase it leads to. */
export type Machine<Phase extends string, Key extends string> = Readonly<
  Record<Phase, Readonly<Partial<Record<Key, Phase>>>>
>;

/** Before the first event; every machine starts here. */
export const ABSENT = 'absent';

/** The phase is not known, because the reader came late or entries are missing: any event is taken at its word. */
export const UNKNOWN = 'unknown';

export interface Step {
  readonly legal: boolean;
  /** After an illegal event, where that event would have led: one mistake is reported once. */
  readonly phase: string;
}

/** The phase after `key`. */
export function step(machine: Machine<string, string>, phase: string, key: string): Step {
  const next = machine[phase]?.[key];
  if (next !== undefined) return { legal: true, phase: next };
  const leads = new Set(Object.values(machine).flatMap((row) => row[key] ?? []));
  const [lead = phase, ...others] = leads;
  // An event that may come in several phases and changes none of them leaves an unknown one unknown.
  if (phase === UNKNOWN) return { legal: true, phase: others.length === 0 ? lead : UNKNOWN };
  return { legal: false, phase: lead };
}
