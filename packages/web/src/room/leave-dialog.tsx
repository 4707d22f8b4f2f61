// Asks before leaving, with what that would lose.

import { useLayoutEffect } from 'preact/hooks';
import { ownerPart } from './later-parts.ts';
import { type Loss, lossesOf, unsentOf } from './losses.ts';
import type { RoomView } from './model/room-view.ts';
import { leavingTexts } from '../words/leaving.ts';
import { roomTexts } from '../words/room.ts';
import { Dialog } from '../ui/dialog.tsx';

type LeaveDialogProps = {
  readonly view: RoomView;
  readonly onLeave: () => void;
  readonly onOpen: (what: 'ownerLink' | 'end') => void;
  readonly onClose: () => void;
};

/** Part of the room's first part: it must be there without a connection, too. What only owners can do instead is not. */
export function LeaveDialog({ view, onLeave, onOpen, onClose }: LeaveDialogProps) {
  const canEnd = view.canEnd.value;
  useLayoutEffect(() => (canEnd ? ownerPart.want() : undefined), [canEnd]);
  const owners = canEnd ? ownerPart.loaded.value : undefined;
  const [first, ...others] = lossesOf(view).map((loss) => wordsFor(loss, view));
  return (
    <Dialog title={leavingTexts.ask} lead={first} onClose={onClose}>
      {others.map((loss) => (
        <p class="muted" key={loss}>
          {loss}
        </p>
      ))}
      <div class="actions">
        <button class="btn btn--primary" type="button" onClick={onLeave}>
          {roomTexts.leave}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {leavingTexts.stay}
        </button>
      </div>
      {owners && <owners.OwnerLeaving view={view} onOpen={onOpen} onClose={onClose} />}
    </Dialog>
  );
}

function wordsFor(loss: Loss, view: RoomView): string {
  switch (loss) {
    case 'unsent':
      return leavingTexts.unsent(unsentOf(view));
    case 'owner':
      return leavingTexts.owner;
    case 'alone':
      return leavingTexts.alone;
  }
}
