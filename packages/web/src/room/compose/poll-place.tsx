// The dialog for a new poll, or why it can't be shown.

import { useEffect } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { roomTexts } from '../../words/room.ts';
import type { RoomView } from '../model/room-view.ts';
import { polls } from '../polls/polls-loader.ts';
import type { ComposingState } from './composing-state.ts';

type PollPlaceProps = { readonly state: ComposingState; readonly view: RoomView };

/** Nothing while it loads. */
export function PollPlace({ state, view }: PollPlaceProps) {
  useEffect(() => polls.want(), []);
  const close = () => {
    state.open.value = undefined;
  };
  const part = polls.loaded.value;
  if (part !== undefined)
    return <part.PollDialog view={view} question={state.question.value} onClose={close} />;
  return polls.isMissing.value ? <Missing onClose={close} /> : null;
}

function Missing({ onClose }: { readonly onClose: () => void }) {
  // A dialog also closes because the part is there.
  const close = () => {
    if (polls.loaded.peek() === undefined) onClose();
  };
  return (
    <Dialog title={roomTexts.partMissing} lead={roomTexts.partMissingLead} onClose={close}>
      <div class="actions">
        <button class="btn btn--primary" type="button" autofocus onClick={() => polls.want()}>
          {roomTexts.tryAgain}
        </button>
      </div>
    </Dialog>
  );
}
