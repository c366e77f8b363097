import { TimerSnapshot, TimerStartedSnapshot } from '../snapshots/timer.js';
import { defineStateEvents } from './define.js';

/** News of a workflow's timers. */
export const timerEvents = defineStateEvents('timer', {
  TIMER_STARTED: {
    data: TimerStartedSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.timerId,
    doc: 'A timer was set; `fireAtMs` is when it is due.',
    sample: { timerId: 'timer-1', fireAtMs: 1_767_225_660_000 },
  },
  TIMER_FIRED: {
    data: TimerSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.timerId,
    doc: 'The time has come.',
    sample: { timerId: 'timer-1', fireAtMs: 1_767_225_660_000 },
  },
  TIMER_CANCELLED: {
    data: TimerSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.timerId,
    doc: 'The timer was given up before it fired.',
    sample: { timerId: 'timer-1', fireAtMs: null },
  },
});
