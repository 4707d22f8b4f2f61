// The earlier wordings of an edited message.

import type { Message } from '@mayfly/client';
import { Dialog } from '../../ui/dialog.tsx';
import { momentOf } from '../../ui/clock-time.ts';
import { panelTexts } from '../../words/panels.ts';
import type { RoomView } from '../model/room-view.ts';

type SheetProps = { readonly message: Message; readonly onClose: () => void };

export function MessageSheet({ view }: { readonly view: RoomView }) {
  const { value: sheet } = view.sheet;
  const message = sheet === undefined ? undefined : view.timeline.message(sheet.key);
  if (sheet === undefined || message === undefined) return null;
  const close = () => {
    view.sheet.value = undefined;
  };
  return <WordingsSheet message={message} onClose={close} />;
}

function WordingsSheet({ message, onClose }: SheetProps) {
  const { edits = [] } = message;
  return (
    <Dialog title={panelTexts.wordings} onClose={onClose}>
      <ol class="wordings">
        {edits.map(({ text, at }) => (
          <li key={at}>
            <time dateTime={new Date(at).toISOString()}>{momentOf(at)}</time>
            <p dir="auto">{text}</p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
