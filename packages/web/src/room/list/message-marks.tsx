// Below a message: reactions, what we did to it and the log doesn't have yet, how long it stays, and what its author did with it.

import type { Message, PendingEffect } from '@mayfly/client';
import { useComputed } from '@preact/signals';
import { momentOf } from '../../ui/clock-time.ts';
import { Icon } from '../../ui/icon.tsx';
import { marksTexts } from '../../words/marks.ts';
import { shownName } from '../../words/room.ts';
import { pieces } from '../../words/sentence.ts';
import type { RoomView } from '../model/room-view.ts';
import { Reactions } from './reactions.tsx';
import { pendingByTarget, pendingText, shownEffects } from './pending-effects.ts';
import { TimerMark } from './timer-mark.tsx';

type MarksProps = { readonly message: Message; readonly view: RoomView };

export function MessageMarks({ message, view }: MarksProps) {
  const { key, timer } = message;
  return (
    <>
      <Reactions message={message} view={view} />
      <PendingMarks messageKey={key} view={view} />
      {timer !== undefined && <TimerMark timer={timer} view={view} />}
      <SignedMarks message={message} view={view} />
    </>
  );
}

type PendingProps = { readonly messageKey: string; readonly view: RoomView };

function PendingMarks({ messageKey, view }: PendingProps) {
  const effects = useComputed(() => pendingByTarget(view).value.get(messageKey)).value;
  if (effects === undefined) return null;
  return (
    <>
      {shownEffects(effects, view.now.ms).map((effect) => (
        <PendingMark key={effect.what} effect={effect} />
      ))}
    </>
  );
}

function PendingMark({ effect }: { readonly effect: PendingEffect }) {
  const text = pendingText(effect);
  if (text === undefined) return null;
  if (effect.what === 'reaction' && effect.body !== '')
    return <PendingChip emoji={effect.body} text={text} />;
  return (
    <p class="send-state">
      <Icon name="clock" />
      {text}
    </p>
  );
}

function PendingChip({ emoji, text }: { readonly emoji: string; readonly text: string }) {
  return (
    <div class="reactions reactions--pending">
      <span class="reaction" role="img" aria-label={marksTexts.chip(emoji, text)} title={text}>
        {emoji}
      </span>
    </div>
  );
}

/** What its author did with it. */
function SignedMarks({ message, view }: MarksProps) {
  const { key, at, late, conflicting, edits = [] } = message;
  return (
    <>
      {edits.length > 0 && (
        <p class="send-state">
          <button
            class="link-button"
            type="button"
            aria-haspopup="dialog"
            onClick={() => {
              view.sheet.value = { what: 'wordings', key };
            }}
          >
            {marksTexts.edited}
          </button>
        </p>
      )}
      {late && (
        <p class="send-state">
          <Icon name="clock" />
          {marksTexts.late(momentOf(at))}
        </p>
      )}
      {conflicting && (
        <p class="send-state send-state--bad">
          <span>
            <Icon name="alert" />
            <span>{conflictOf(message)}</span>
          </span>
        </p>
      )}
    </>
  );
}

function conflictOf({ own, from }: Message) {
  if (own) return marksTexts.conflictingOwn;
  return pieces(marksTexts.conflicting, { name: <bdi dir="auto">{shownName(from.name)}</bdi> });
}
