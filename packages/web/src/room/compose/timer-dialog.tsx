// After how long one's next messages disappear.

import { Dialog } from '../../ui/dialog.tsx';
import { composingTexts } from '../../words/composing.ts';
import type { RoomView } from '../model/room-view.ts';
import type { ComposingState } from './composing-state.ts';

const CHOICES_MS: readonly (number | undefined)[] = [undefined, 10_000, 60_000, 300_000, 3_600_000];

type TimerProps = { readonly state: ComposingState; readonly view: RoomView };

export function TimerDialog({ state, view: { ttlMs } }: TimerProps) {
  const close = () => {
    state.open.value = undefined;
  };
  return (
    <Dialog title={composingTexts.timer} lead={composingTexts.timerLead} onClose={close}>
      <div class="timer-choices">
        {CHOICES_MS.map((choice) => (
          <button
            class="btn btn--secondary"
            type="button"
            key={choice}
            aria-pressed={choice === ttlMs.value}
            autofocus={choice === ttlMs.value}
            onClick={() => {
              ttlMs.value = choice;
              close();
            }}
          >
            {choice === undefined ? composingTexts.timerOff : composingTexts.timerTime(choice)}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
