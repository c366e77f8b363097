import type { StreamCase } from '../vocabulary.js';
import { brackets } from './brackets.js';
import { early } from './early.js';
import { ends } from './ends.js';
import { families } from './families.js';
import { filters } from './filters.js';
import { frames } from './frames.js';
import { lifecycle } from './lifecycle.js';
import { order } from './order.js';
import { organisations } from './organisations.js';
import { readers } from './readers.js';
import { refusals } from './refusals.js';
import { resuming } from './resuming.js';
import { sessions } from './sessions.js';

/** Every case there is, by its theme. */
export const streamCases: Readonly<Record<string, readonly StreamCase[]>> = {
  order,
  brackets,
  sessions,
  ends,
  lifecycle,
  resuming,
  early,
  readers,
  frames,
  filters,
  refusals,
  families,
  organisations,
};
