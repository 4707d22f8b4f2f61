// The pinned messages, under the header: a press goes to the one that is named, and steps on to the next.

import type { Message } from '@mayfly/client';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { PIN } from '../../ui/later-strokes.ts';
import { figure } from '../../words/quantities.ts';
import { pieces } from '../../words/sentence.ts';
import { talkTexts } from '../../words/talk.ts';
import { AuthorName } from '../list/author-name.tsx';
import { messageLine } from '../list/message-line.ts';
import type { RoomView } from '../model/room-view.ts';
import { type Pin, pinsIn } from './pins.ts';

type ViewProps = { readonly view: RoomView };
type Shown = { readonly pin: Pin; readonly message: Message };

/** Nothing where no message is pinned, or the reader has put the bar away; another pin brings it back. */
export function PinBar({ view }: ViewProps) {
  const pins = usePins(view);
  const [step, setStep] = useState(0);
  const [isListed, setListed] = useState(false);
  const [hidden, setHidden] = useState<string>();
  const newest = pins[0]?.pin.key;
  useEffect(() => setStep(0), [newest]);
  const place = Math.min(step, pins.length - 1);
  const shown = pins[place];
  if (shown === undefined || hidden === newest) return null;
  const { pin, message } = shown;
  return (
    <div class="pin-bar" role="region" aria-label={talkTexts.pins}>
      <button
        class="pin-bar__go"
        type="button"
        onClick={() => {
          view.jump.value = { key: pin.key };
          setStep((place + 1) % pins.length);
        }}
      >
        <Stroke path={PIN} />
        <b>
          <PinnedBy pin={pin} view={view} place={place} count={pins.length} />
        </b>
        <span dir="auto">{messageLine(message.text, message.file?.name)}</span>
      </button>
      {pins.length > 1 && (
        <button
          class="icon-button"
          type="button"
          aria-haspopup="dialog"
          aria-label={talkTexts.listPins}
          onClick={() => setListed(true)}
        >
          <Icon name="chevron" />
        </button>
      )}
      <button
        class="icon-button"
        type="button"
        aria-label={talkTexts.hidePins}
        onClick={() => setHidden(newest)}
      >
        <Icon name="x" />
      </button>
      {isListed && <PinList pins={pins} view={view} onClose={() => setListed(false)} />}
    </div>
  );
}

/** Drawn again when messages come or go: a pinned one may be gone. */
function usePins({ pinsVersion, timeline }: RoomView): readonly Shown[] {
  const pins = useMemo(() => pinsIn(timeline.blocks.peek()), [timeline, pinsVersion.value]);
  if (timeline.size.value === 0) return [];
  return pins.flatMap((pin) => {
    const message = timeline.message(pin.key);
    return message === undefined ? [] : [{ pin, message }];
  });
}

type PinnedByProps = ViewProps & { readonly pin: Pin; readonly place: number; readonly count: number };

function PinnedBy({ pin: { by, byYou }, view, place, count }: PinnedByProps) {
  const name = by && <AuthorName person={by} people={view.people} />;
  const pinned = byYou
    ? talkTexts.pinnedByYou
    : name
      ? pieces(talkTexts.pinnedBy, { name })
      : talkTexts.pinned;
  if (count === 1) return <>{pinned}</>;
  return (
    <>
      {pieces(talkTexts.pinPlace, { pinned: <>{pinned}</>, place: figure(place + 1), count: figure(count) })}
    </>
  );
}

type PinListProps = ViewProps & { readonly pins: readonly Shown[]; readonly onClose: () => void };

function PinList({ pins, view, onClose }: PinListProps) {
  return (
    <Dialog title={talkTexts.pins} onClose={onClose}>
      <ul class="pin-list">
        {pins.map(({ pin: { key }, message }) => (
          <li key={key}>
            <button
              class="pin-list__go"
              type="button"
              onClick={() => {
                onClose();
                view.jump.value = { key };
              }}
            >
              <AuthorName person={message.from} people={view.people} />
              <span dir="auto">{messageLine(message.text, message.file?.name)}</span>
            </button>
            {view.isOwner.value && (
              <button class="link-button" type="button" onClick={() => view.pin(key, false)}>
                {talkTexts.unpin}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
