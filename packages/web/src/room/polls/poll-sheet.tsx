// What is opened from a poll. It stands outside of the list: in a bubble it would take on its colors.

import type { Message } from '@mayfly/client';
import { Dialog } from '../../ui/dialog.tsx';
import { pollTexts } from '../../words/polls.ts';
import type { RoomView } from '../model/room-view.ts';
import { VotersDialog } from './voters-dialog.tsx';

type PollSheetProps = {
  readonly what: 'voters' | 'close-poll';
  readonly message: Message;
  readonly view: RoomView;
  readonly onClose: () => void;
};

export function PollSheet({ what, message: { key, poll }, view, onClose }: PollSheetProps) {
  if (poll === undefined) return null;
  if (what === 'voters') return <VotersDialog poll={poll} view={view} onClose={onClose} />;
  return (
    <CloseDialog
      onClose={onClose}
      onSure={() => {
        onClose();
        view.polls.closePoll(key);
      }}
    />
  );
}

/** Asks first: a closed poll stays closed. */
function CloseDialog({ onSure, onClose }: { readonly onSure: () => void; readonly onClose: () => void }) {
  return (
    <Dialog title={pollTexts.closeAsk} lead={pollTexts.closeLead} onClose={onClose}>
      <div class="actions">
        <button class="btn btn--primary" type="button" onClick={onSure}>
          {pollTexts.close}
        </button>
        <button class="btn btn--secondary" type="button" autofocus onClick={onClose}>
          {pollTexts.keepOpen}
        </button>
      </div>
    </Dialog>
  );
}
