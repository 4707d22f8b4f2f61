// Below a message with a timer: a ring of the time that is left.

import type { Timer } from '@mayfly/client';
import type { RoomView } from '../model/room-view.ts';
import { timerLeft } from './timer-left.ts';

type TimerMarkProps = { readonly timer: Timer; readonly view: RoomView };

/** It changes each second, so nothing of it is read out by itself. */
export function TimerMark({ timer, view }: TimerMarkProps) {
  const { passed, isLow, shown, spoken } = timerLeft(timer, view.now.ms);
  return (
    <p class="send-state timer-mark" aria-live="off" data-life={isLow ? 'low' : undefined}>
      <svg class="timer-mark__ring" viewBox="0 0 20 20" aria-hidden="true">
        <circle class="ring__track" cx="10" cy="10" r="8" />
        <circle
          class="ring__life"
          cx="10"
          cy="10"
          r="8"
          pathLength="100"
          stroke-dasharray="100"
          stroke-dashoffset={passed}
        />
      </svg>
      <span aria-hidden="true">{shown}</span>
      <span class="visually-hidden">{spoken}</span>
    </p>
  );
}
